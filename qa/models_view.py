"""The Models tab as HTML: what is used now, what there is, how fetching and switching go. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index import models
from qa import extract, in_hindi, phrases, tags
from qa.chores import Chore, Kind
from qa.html_text import escaped, file
from qa.look import Language
from qa.model_list import Row

Why = Literal["page", "start", "index", "no model", "none"]
"""Why something is used: chosen on the page, or at the start; the index was made with it; there is
no model to answer; nothing ranks again."""
NO_MODEL: Mapping[models.Role, str] = {
    "llm": extract.NAME,
    "embedder": "built-in",
    "reranker": "none",
}
"""What does the work of a role without a model."""
_ORDER: tuple[models.Role, ...] = ("llm", "embedder", "reranker")
_MB = 1_000_000
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "now": "In use now",
        "llm": "Answers",
        "embedder": "Search",
        "reranker": "Ranking",
        "llm does": "Writes the answer from what was found.",
        "embedder does": "Finds passages by what they mean. Another one reads all articles anew.",
        "reranker does": "Reads the best passages once more and puts them in order. Takes time.",
        "extract": "Quotes",
        "built-in": "Built-in",
        "none": "None",
        "extract is": "Sentences of the articles, word for word; needs no model.",
        "built-in is": "Comes with Khabar; needs no model.",
        "none is": "Passages stay in the order in which they were found.",
        "page": "chosen on this page",
        "start": "chosen when Khabar was started",
        "index": "the index is made with it",
        "no model": "there is no model on this machine, so answers are quotes",
        "why none": "nothing reads the passages once more",
        "used": "in use",
        "here": "on this machine",
        "not here": "not fetched",
        "damaged": "damaged",
        "size unknown": "size unknown",
        "fetch": "Fetch",
        "fetch again": "Fetch again",
        "use": "Use",
        "remove": "Remove",
        "remove?": "This deletes {size} from this machine. The model can be fetched again.",
        "embedder?": "All passages are read anew, which can take long. Questions are answered "
        "meanwhile.",
        "yes, remove": "Yes, remove it",
        "yes, use": "Yes, use it",
        "stop": "Stop",
        "fetching": "Fetching {name}",
        "stopping": "Stopping…",
        "switching llm": "Loading {name}; until then, answers come from what was in use",
        "switching embedder": "Reading all passages with {name}",
        "switching reranker": "Loading {name}",
        "fetched": "{name} is on this machine now.",
        "fetch stopped": "Fetching {name} was stopped. What has come is kept, and fetching it "
        "again goes on from there.",
        "switched llm": "Answers come from {name} now.",
        "switched embedder": "Search uses {name} now.",
        "switched reranker": "Ranking uses {name} now.",
        "switching to none": "Switching",
        "switched extract": "Answers are quotes now.",
        "switched built-in": "Search uses what comes with Khabar now.",
        "switched none": "Passages stay in the order in which they were found now.",
        "switch stopped": "{name} is not used; all is as it was.",
        "of": "{done} of {total}",
        "removed": "{name} was removed.",
        "busy": "Wait until {name} is done, or stop it.",
        "in use refused": "{name} is in use; switch to another one first.",
        "unknown": "There is no model of that name any more; load the page again.",
        "folder": "Models are kept in {folder}.",
    },
    "hi": {
        "now": "अभी इस्तेमाल में",
        "llm": "जवाब",
        "embedder": "खोज",
        "reranker": "क्रम",
        "llm does": "खोज में जो मिला, उससे जवाब लिखता है।",
        "embedder does": "अर्थ के आधार पर अंश खोजता है। इसे बदलने पर सारे लेख नए सिरे से पढ़े जाते हैं।",
        "reranker does": "सबसे अच्छे अंश दोबारा पढ़कर उन्हें क्रम में रखता है। इसमें समय लगता है।",
        "extract": "उद्धरण",
        "built-in": "बिल्ट-इन",
        "none": "कोई नहीं",
        "extract is": "लेखों के वाक्य, शब्दशः; कोई मॉडल नहीं चाहिए।",
        "built-in is": "ख़बर के साथ आता है; कोई मॉडल नहीं चाहिए।",
        "none is": "अंश उसी क्रम में रहते हैं जिसमें मिले।",
        "page": "इसी पेज पर चुना गया",
        "start": "ख़बर शुरू करते समय चुना गया",
        "index": "इंडेक्स इसी से बना है",
        "no model": "इस मशीन पर कोई मॉडल नहीं है, इसलिए जवाब में उद्धरण मिलते हैं",
        "why none": "अंश दोबारा नहीं पढ़े जाते",
        "used": "इस्तेमाल में",
        "here": "इस मशीन पर है",
        "not here": "डाउनलोड नहीं हुआ",
        "damaged": "ख़राब",
        "size unknown": "आकार मालूम नहीं",
        "fetch": "डाउनलोड कीजिए",
        "fetch again": "फिर से डाउनलोड कीजिए",
        "use": "इस्तेमाल कीजिए",
        "remove": "हटाइए",
        "remove?": "मॉडल इस मशीन से मिट जाएगा ({size})। उसे फिर से डाउनलोड किया जा सकता है।",
        "embedder?": "सारे अंश नए सिरे से पढ़े जाएँगे, जिसमें देर लग सकती है। इस बीच सवालों के जवाब मिलते रहेंगे।",
        "yes, remove": "हाँ, हटाइए",
        "yes, use": "हाँ, इस्तेमाल कीजिए",
        "stop": "रोकिए",
        "fetching": "{name} डाउनलोड हो रहा है",
        "stopping": "रोका जा रहा है…",
        "switching llm": "{name} लोड हो रहा है; तब तक जवाब पहले की तरह मिलेंगे",
        "switching embedder": "{name} से सारे अंश पढ़े जा रहे हैं",
        "switching reranker": "{name} लोड हो रहा है",
        "fetched": "{name} अब इस मशीन पर है।",
        "fetch stopped": "{name} का डाउनलोड रोक दिया गया। जितना आ चुका है, वह रखा है; फिर से शुरू करने "
        "पर डाउनलोड वहीं से आगे बढ़ेगा।",
        "switched llm": "जवाब अब {name} से मिलेंगे।",
        "switched embedder": "खोज अब {name} से होगी।",
        "switched reranker": "क्रम अब {name} से तय होगा।",
        "switching to none": "बदला जा रहा है",
        "switched extract": "जवाब में अब उद्धरण मिलेंगे।",
        "switched built-in": "खोज अब ख़बर के अपने बिल्ट-इन तरीक़े से होगी।",
        "switched none": "अंश अब उसी क्रम में रहेंगे जिसमें मिले।",
        "switch stopped": "{name} इस्तेमाल में नहीं आया; सब पहले जैसा है।",
        "of": "{total} में से {done}",
        "removed": "{name} हटा दिया गया।",
        "busy": "पहले {name} का काम पूरा होने दीजिए या उसे रोकिए।",
        "in use refused": "{name} इस्तेमाल में है; पहले कोई दूसरा चुनिए।",
        "unknown": "इस नाम का मॉडल अब नहीं है; पेज दोबारा खोलिए।",
        "folder": "मॉडल {folder} में रखे जाते हैं।",
    },
}


@dataclass(frozen=True, slots=True)
class Used:
    """What does the work of a role now: a model by name, or what `NO_MODEL` has; and why."""

    name: str
    why: Why


def sentence(key: str, reader: Language, **values: str) -> str:
    """Say one of the tab's sentences, as text."""
    return _WORDS[reader][key].format(**values)


def busy(name: str, reader: Language) -> str:
    """Say what has to be over first, as text."""
    return sentence("busy", reader, name=_spoken(name, reader))


def now(used: Mapping[models.Role, Used], reader: Language) -> str:
    """Write what does each of the three works now, and why."""
    words = _WORDS[reader]
    rows = "".join(
        f"<div><dt>{words[role]}</dt><dd><strong>{_called(used[role].name, reader)}</strong> "
        f'<span class="why">{_why(used[role].why, reader)}</span></dd></div>'
        for role in _ORDER
    )
    return f'<h2 id="models-now">{words["now"]}</h2><dl aria-labelledby="models-now">{rows}</dl>'


def _why(why: Why, reader: Language) -> str:
    return _WORDS[reader]["why none" if why == "none" else why]


def _called(name: str, reader: Language) -> str:
    """Write a model's name, or what the reader's language calls working without one."""
    return _WORDS[reader][name] if name in NO_MODEL.values() else file(name)


def _spoken(name: str, reader: Language) -> str:
    return _WORDS[reader][name] if name in NO_MODEL.values() else name


def listed(
    rows: Sequence[Row],
    used: Mapping[models.Role, Used],
    busy: Collection[Kind],
    folder: str,
    reader: Language,
) -> str:
    """Write all models by role, each with what can be done; nothing that `busy` stands against."""
    words = _WORDS[reader]
    parts = []
    for role in _ORDER:
        items = [_without(role, used[role].name, busy, reader)]
        items += [
            _item(row, role, used[role].name, busy, reader) for row in rows if row.role == role
        ]
        parts.append(
            f'<section aria-labelledby="models-{role}"><h2 id="models-{role}">{words[role]}</h2>'
            f'<p class="does">{words[f"{role} does"]}</p><ul>{"".join(items)}</ul></section>'
        )
    lost = [_item(row, None, "", busy, reader) for row in rows if row.role is None]
    if lost:
        parts.append(f"<section><ul>{''.join(lost)}</ul></section>")
    kept = words["folder"].format(folder=file(folder))
    return f'{"".join(parts)}<p class="kept">{kept}</p>'


def _without(role: models.Role, name: str, busy: Collection[Kind], reader: Language) -> str:
    words = _WORDS[reader]
    plain = NO_MODEL[role]
    deeds = "" if name == plain or role in busy else _use(role, plain, reader)
    return _entry(_called(plain, reader), name == plain, words[f"{plain} is"], deeds, reader)


def _item(
    row: Row,
    role: models.Role | None,
    used: str,
    busy: Collection[Kind],
    reader: Language,
) -> str:
    words = _WORDS[reader]
    is_used = row.name == used
    size = models.sized(row.bytes) if row.bytes else words["size unknown"]
    state = {"yes": words["here"], "no": words["not here"]}.get(row.here, words["damaged"])
    facts = filter(None, (size, row.licence, row.repository, state))
    about = " · ".join(map(escaped, facts))
    deeds = ""
    if row.here != "yes" and row.licence and "fetch" not in busy:  # it is on a list
        fetch = words["fetch" if row.here == "no" else "fetch again"]
        deeds += tags.button("fetch", row.name, fetch, f"{row.name}, {size}", "first")
    if row.here == "yes" and not is_used and role is not None and role not in busy:
        deeds += _use(role, row.name, reader)
    if row.here != "no" and not is_used and not busy:
        yes = tags.button("remove", row.name, words["yes, remove"], row.name)
        question = f"<p>{words['remove?'].format(size=escaped(size))}</p>"
        deeds += tags.asked_first(words["remove"], row.name, question, yes)
    return _entry(file(row.name), is_used, about, deeds, reader)


def _use(role: models.Role, name: str, reader: Language) -> str:
    words = _WORDS[reader]
    spoken = _spoken(name, reader)
    if role != "embedder":
        return tags.button(f"use {role}", name, words["use"], spoken, "first")
    yes = tags.button("use embedder", name, words["yes, use"], spoken, "first")
    return tags.asked_first(words["use"], spoken, f"<p>{words['embedder?']}</p>", yes)


def _entry(name: str, is_used: bool, about: str, deeds: str, reader: Language) -> str:
    mark = f' <span class="used">{_WORDS[reader]["used"]}</span>' if is_used else ""
    return (
        f'<li><div class="what"><strong>{name}</strong>{mark}<div class="about">{about}</div></div>'
        f'<div class="deeds">{deeds}</div></li>'
    )


def news(chores: Iterable[Chore], reader: Language) -> str:
    """Write how fetching and switching go, or went."""
    over, running, spoken = [], [], []
    for chore in chores:
        if chore.is_over:
            over.append(_outcome(chore, reader))
        else:
            running.append(_course(chore, reader))
            spoken.append(_counted(chore, tags.stepped(chore.done, chore.total), reader))
    return tags.news("".join(over), " ".join(filter(None, spoken)), "".join(running))


def _course(chore: Chore, reader: Language) -> str:
    words = _WORDS[reader]
    key = "fetching" if chore.kind == "fetch" else f"switching {chore.kind}"
    if chore.name in NO_MODEL.values() and chore.kind != "embedder":
        key = "switching to none"  # nothing is loaded
    line = words[key].format(name=_called(chore.name, reader))
    bar = tags.progress(line, chore.done, chore.total, _counted(chore, chore.done, reader))
    if chore.state == "stopping":
        bar += f"<p>{words['stopping']}</p>"
    elif chore.kind in ("fetch", "embedder"):
        bar += tags.button("stop", chore.kind, words["stop"], _spoken(chore.name, reader))
    return f'<div class="chore">{bar}</div>'


def _counted(chore: Chore, done: int, reader: Language) -> str:
    if not chore.total:
        return ""
    if chore.kind == "fetch":
        parts = f"{done / _MB:,.1f}", f"{chore.total / _MB:,.1f} MB"
    else:
        parts = f"{done:,}", f"{chore.total:,}"
    return _WORDS[reader]["of"].format(done=parts[0], total=parts[1])


def _outcome(chore: Chore, reader: Language) -> str:
    words = _WORDS[reader]
    name = _called(chore.name, reader)
    if chore.state == "failed":
        problem = in_hindi.for_reader(chore.problem or phrases.BROKEN[reader], reader)
        return tags.said(problem, "problem")
    if chore.kind == "fetch":
        key = "fetched" if chore.state == "done" else "fetch stopped"
    elif chore.state == "done":
        key = f"switched {chore.name if chore.name in NO_MODEL.values() else chore.kind}"
    else:
        key = "switch stopped"
    return f"<p>{words[key].format(name=name)}</p>"
