"""The Articles tab as HTML: where files are dropped, how an update goes, what there is. Pure."""

from collections.abc import Collection, Sequence
from urllib.parse import quote

from babel.dates import format_date, format_datetime

from index import Entry, Index
from qa import in_hindi, phrases, tags
from qa.html_text import escaped, file, lang
from qa.limits import MOST_BYTES, MOST_FILES
from qa.look import Language
from qa.shelf import Placed, Removed
from qa.updates import Course

_MB = 1_000_000
PAGE = 50
"""Entries of the list on a page."""
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "drop": "Drop articles here, or choose files",
        "limits": "{kinds}; up to {files} files at a time, up to {size} MB each, plain text and "
        "web pages up to {plain} MB. They are copied into {folder}.",
        "sending": "Sending the files: {done} of {total}",
        "receiving": "Receiving files",
        "beginning": "Looking through the folder",
        "reading": "Reading the articles",
        "of": "{done} of {total} files",
        "received one": "1 file has arrived.",
        "received": "{count} files have arrived.",
        "known one": "1 file was here already.",
        "known": "{count} files were here already.",
        "added one": "1 article was added.",
        "added": "{count} articles were added.",
        "changed one": "1 article was read anew.",
        "changed": "{count} articles were read anew.",
        "removed one": "1 article was removed.",
        "removed": "{count} articles were removed.",
        "nothing": "All is as it was.",
        "refused one": "1 file was not taken",
        "refused": "{count} files were not taken",
        "failed one": "1 could not be read",
        "failed": "{count} could not be read",
        "kind": "not a kind of file that Khabar reads",
        "large": "larger than {size} MB",
        "many": "beyond the {files} files of one drop",
        "empty": "the file is empty",
        "gone": "it did not arrive; drop it once more",
        "full": "there is no room for it on the disk",
        "unwritten": "it could not be written into the folder",
        "taken": "{name} was moved out of the folder.",
        "put back": "Put back",
        "has gone": "That file is not there any more; the list shows what is.",
        "is back": "{name} is in the folder again.",
        "no folder": "The folder of the articles, {folder}, is not there. Bring it back, then read "
        "it again; what is indexed can be asked until then.",
        "unwritable": "The folder of the articles, {folder}, cannot be written: {reason}",
        "heading": "Articles",
        "range": "{first}–{last} of {total}",
        "none": "There are no articles yet. Drop some above.",
        "none found": "No title and no file's name has that.",
        "earlier": "Earlier in the list",
        "later": "Further in the list",
        "undated": "no date",
        "hi": "Hindi",
        "en": "English",
        "passage": "1 passage",
        "passages": "{count} passages",
        "searchable": "searchable",
        "unread": "could not be read",
        "outdated": "an earlier version is searchable",
        "row of": "a row of {file}",
        "download": "Download",
        "again": "Read again",
        "remove": "Remove",
        "remove?": "The file is moved out of the folder, and can be put back.",
        "remove table?": "This is a row of {file}. The whole file is moved out of the folder, with "
        "all its rows, and can be put back.",
        "yes, remove": "Yes, remove it",
        "all": "Read the folder again",
        "taken out": "Removed files ({count})",
        "follows": "The folder of the articles: {folder}",
    },
    "hi": {
        "drop": "लेखों की फ़ाइलें यहाँ डालिए या चुनिए",
        "limits": "{kinds}; एक बार में ज़्यादा से ज़्यादा {files} फ़ाइलें, हर एक {size} MB तक की; सादे "
        "टेक्स्ट या वेब पेज की फ़ाइल {plain} MB तक की। फ़ाइलें {folder} में रखी जाती हैं।",
        "sending": "फ़ाइलें भेजी जा रही हैं: {total} में से {done}",
        "receiving": "फ़ाइलें आ रही हैं",
        "beginning": "फ़ोल्डर देखा जा रहा है",
        "reading": "लेख पढ़े जा रहे हैं",
        "of": "{total} में से {done} फ़ाइलें",
        "received one": "1 फ़ाइल आ गई।",
        "received": "{count} फ़ाइलें आ गईं।",
        "known one": "1 फ़ाइल यहाँ पहले से थी।",
        "known": "{count} फ़ाइलें यहाँ पहले से थीं।",
        "added one": "1 लेख जुड़ गया।",
        "added": "{count} लेख जुड़ गए।",
        "changed one": "1 लेख नए सिरे से पढ़ा गया।",
        "changed": "{count} लेख नए सिरे से पढ़े गए।",
        "removed one": "1 लेख हटाया गया।",
        "removed": "{count} लेख हटाए गए।",
        "nothing": "सब पहले जैसा है।",
        "refused one": "1 फ़ाइल नहीं ली गई",
        "refused": "{count} फ़ाइलें नहीं ली गईं",
        "failed one": "इसे पढ़ा नहीं जा सका",
        "failed": "इन {count} को पढ़ा नहीं जा सका",
        "kind": "इस तरह की फ़ाइल पढ़ी नहीं जाती",
        "large": "{size} MB से बड़ी है",
        "many": "एक बार में {files} से ज़्यादा फ़ाइलें नहीं ली जातीं",
        "empty": "फ़ाइल ख़ाली है",
        "gone": "फ़ाइल पहुँची नहीं; एक बार फिर डालिए",
        "full": "डिस्क पर इसके लिए जगह नहीं है",
        "unwritten": "फ़ोल्डर में लिखी नहीं जा सकी",
        "taken": "{name} फ़ोल्डर से हटा दी गई।",
        "put back": "वापस रखिए",
        "has gone": "वह फ़ाइल अब नहीं है; जो हैं, वे सूची में हैं।",
        "is back": "{name} फिर से फ़ोल्डर में है।",
        "no folder": "लेखों का फ़ोल्डर {folder} नहीं मिला। उसे वापस लाइए और फिर से पढ़वाइए; तब तक भी जो "
        "इंडेक्स में है, उस पर सवाल पूछे जा सकते हैं।",
        "unwritable": "लेखों के फ़ोल्डर {folder} में कुछ लिखा नहीं जा सकता: {reason}",
        "heading": "लेख",
        "range": "{total} में से {first}–{last}",
        "none": "अभी कोई लेख नहीं है। ऊपर लेखों की फ़ाइलें डालिए।",
        "none found": "न किसी शीर्षक में यह मिला, न किसी फ़ाइल के नाम में।",
        "earlier": "सूची में पीछे",
        "later": "सूची में आगे",
        "undated": "तारीख़ नहीं मिली",
        "hi": "हिंदी",
        "en": "अंग्रेज़ी",
        "passage": "1 अंश",
        "passages": "{count} अंश",
        "searchable": "खोज में शामिल",
        "unread": "पढ़ा नहीं जा सका",
        "outdated": "पहले वाला रूप खोज में शामिल है",
        "row of": "{file} की एक पंक्ति",
        "download": "डाउनलोड",
        "again": "फिर से पढ़वाइए",
        "remove": "हटाइए",
        "remove?": "फ़ाइल फ़ोल्डर से हटा दी जाएगी; उसे वापस रखा जा सकता है।",
        "remove table?": "यह {file} की एक पंक्ति है। पूरी फ़ाइल अपनी सारी पंक्तियों के साथ फ़ोल्डर से हटा दी "
        "जाएगी; उसे वापस रखा जा सकता है।",
        "yes, remove": "हाँ, हटाइए",
        "all": "फ़ोल्डर फिर से पढ़वाइए",
        "taken out": "हटाई गई फ़ाइलें ({count})",
        "follows": "लेखों का फ़ोल्डर: {folder}",
    },
}


def sentence(key: str, reader: Language, **values: str) -> str:
    """Say one of the tab's sentences, as text."""
    return _WORDS[reader][key].format(**values)


def dropping(kinds: Sequence[str], folder: str, reader: Language) -> str:
    """Write where files are dropped or chosen; tabs.js sends them, and says how that goes."""
    words = _WORDS[reader]
    limits = words["limits"].format(
        kinds=", ".join(kind.removeprefix(".").upper() for kind in kinds),
        files=f"{MOST_FILES:,}",
        size=MOST_BYTES // _MB,
        plain=Index.PLAIN_BYTES // _MB,
        folder=file(folder),
    )
    return (
        f'<label class="drop" data-most-files="{MOST_FILES}" data-most-bytes="{MOST_BYTES}" '
        f'data-kinds="{" ".join(kinds)}" data-sending="{escaped(words["sending"])}">'
        f'<input type="file" multiple aria-describedby="articles-limits">'
        f"<span>{words['drop']}</span></label>"
        f'<p class="about" id="articles-limits">{limits}</p><p class="sending" role="status"></p>'
    )


def news(course: Course, removed: Collection[str], reader: Language) -> str:
    """Write how the updates go, or went; `removed` are the keys of what can be put back."""
    words = _WORDS[reader]
    lines = []
    for each in course.taken:
        if each.key in removed:
            gone = words["taken"].format(name=file(each.source))
            lines.append(f"<p>{gone} {_put_back(each, reader)}</p>")
    if course.is_running:
        spoken, running = _course(course, reader)
        return tags.news("".join(lines), spoken, running)
    lines += [f"<p>{each}</p>" for each in _counts(course, reader)]
    if course.problem is not None:
        problem = in_hindi.for_reader(course.problem or phrases.BROKEN[reader], reader)
        lines.append(tags.said(problem, "problem"))
    refused = [(each.name, _refusal(each, reader)) for each in course.refused]
    lines.append(_each("refused", refused, reader))
    failed = [(name, in_hindi.for_reader(why, reader)) for name, why in course.failed.items()]
    lines.append(_each("failed", sorted(failed), reader))
    return tags.news("".join(lines), "", "")


def _course(course: Course, reader: Language) -> tuple[str, str]:
    """Write how an update goes: what a screen reader says of it, and the bar."""
    words = _WORDS[reader]
    key = "reading" if course.total else "receiving" if course.is_receiving else "beginning"
    counted = words["of"].format(done=f"{course.done:,}", total=f"{course.total:,}")
    bar = tags.progress(words[key], course.done, course.total, counted)
    done = tags.stepped(course.done, course.total)
    told = words["of"].format(done=f"{done:,}", total=f"{course.total:,}")
    return (told if course.total else words[key]), bar


def _counts(course: Course, reader: Language) -> list[str]:
    """Say what was done, each in a sentence."""
    words = _WORDS[reader]
    counts = {
        "received": course.received,
        "known": course.known,
        "added": len(course.added),
        "changed": len(course.changed),
        "removed": len(course.removed),
    }
    told = [
        words[f"{key} one"] if count == 1 else words[key].format(count=f"{count:,}")
        for key, count in counts.items()
        if count
    ]
    is_over = course.total and course.problem is None
    is_quiet = is_over and not (course.refused or course.failed or course.taken)
    return told or ([words["nothing"]] if is_quiet else [])


def _refusal(placed: Placed, reader: Language) -> str:
    words = _WORDS[reader]
    return words[placed.refusal or "gone"].format(size=MOST_BYTES // _MB, files=f"{MOST_FILES:,}")


def _each(key: str, reasons: Sequence[tuple[str, str]], reader: Language) -> str:
    """List names, each with what is wrong with it; nothing for none."""
    if not reasons:
        return ""
    words = _WORDS[reader]
    count = len(reasons)
    head = words[f"{key} one"] if count == 1 else words[key].format(count=f"{count:,}")
    items = "".join(
        f'<li>{file(name)} <span class="reason" lang="{lang(reason)}">{escaped(reason)}</span></li>'
        for name, reason in reasons
    )
    return f'<section class="wrong"><h3>{head}</h3><ul tabindex="0">{items}</ul></section>'


def listed(entries: Sequence[Entry], total: int, offset: int, asked: str, reader: Language) -> str:
    """Write a page of the list, which begins at `offset`; `asked` is what it was filtered by."""
    words = _WORDS[reader]
    head = f"<h2>{words['heading']}</h2>"
    if not entries:
        return f'{head}<p class="about">{words["none found" if asked else "none"]}</p>'
    pages = _pages(len(entries), total, offset, reader)
    items = "".join(_entry(entry, reader) for entry in entries)
    return f'{head}{pages}<ol start="{offset + 1}">{items}</ol>{pages if len(entries) > 9 else ""}'


def _pages(shown: int, total: int, offset: int, reader: Language) -> str:
    words = _WORDS[reader]
    span = words["range"].format(
        first=f"{offset + 1:,}", last=f"{offset + shown:,}", total=f"{total:,}"
    )
    earlier = later = ""
    if offset:
        earlier = tags.button("page", str(max(0, offset - PAGE)), words["earlier"])
    if offset + shown < total:
        later = tags.button("page", str(offset + PAGE), words["later"])
    return f'<div class="pages">{earlier}<span>{span}</span>{later}</div>'


def _entry(entry: Entry, reader: Language) -> str:
    title = entry.title or entry.source
    shown = f'<strong dir="auto" lang="{lang(title)}">{escaped(title)}</strong>'
    return (
        f'<li><div class="what">{shown}<div class="about">{_facts(entry, reader)}</div>'
        f"{_problem(entry, reader)}</div>"
        f'<div class="deeds">{_deeds(entry, title, reader)}</div></li>'
    )


def _facts(entry: Entry, reader: Language) -> str:
    words = _WORDS[reader]
    facts = []
    if entry.language is not None:
        day = words["undated"]
        if entry.date is not None:
            shown = escaped(format_date(entry.date, "d MMMM y", locale=reader))
            day = f'<time datetime="{entry.date}">{shown}</time>'
        count = f"{entry.passages:,}"
        passages = (
            words["passage"] if entry.passages == 1 else words["passages"].format(count=count)
        )
        facts += [day, words[entry.language], passages]
    if entry.file != entry.source:
        facts.append(words["row of"].format(file=file(entry.file)))
    elif entry.title:
        facts.append(file(entry.file))
    if entry.problem is None:
        facts.append(words["searchable"])
    return " · ".join(facts)


def _problem(entry: Entry, reader: Language) -> str:
    words = _WORDS[reader]
    if entry.problem is None:
        return ""
    earlier = "" if entry.language is None else f" ({words['outdated']})"
    problem = in_hindi.for_reader(entry.problem, reader)
    reason = f'<span lang="{lang(problem)}">{escaped(problem)}</span>'
    return f'<div class="bad">{words["unread"]}{earlier}: {reason}</div>'


def _deeds(entry: Entry, title: str, reader: Language) -> str:
    words = _WORDS[reader]
    there = quote(entry.source, safe="", errors="replace")
    link = (
        f'<a class="deed" download href="files?source={there}"'
        f"{tags.label(words['download'], title)}>{words['download']}</a>"
    )
    again = tags.button("again", entry.source, words["again"], title)
    question = words["remove?"]
    if entry.file != entry.source:
        question = words["remove table?"].format(file=file(entry.file))
    yes = tags.button("remove", entry.source, words["yes, remove"], title)
    return link + again + tags.asked_first(words["remove"], title, f"<p>{question}</p>", yes)


def _put_back(removed: Removed, reader: Language) -> str:
    return tags.button("put back", removed.key, _WORDS[reader]["put back"], removed.source)


def folder(path: str, removed: Sequence[Removed], is_gone: bool, reader: Language) -> str:
    """Write which folder it is, a button that reads it again, and what was taken out of it."""
    words = _WORDS[reader]
    text = words["follows"].format(folder=file(path))
    parts = [f'<p class="about">{text}</p>']
    if is_gone:
        gone = words["no folder"].format(folder=file(path))
        parts = [f'<p class="problem">{gone}</p>']
    parts.append(f'<div class="deeds">{tags.button("all", "", words["all"])}</div>')
    if removed:
        items = "".join(
            f'<li><div class="what">{file(each.source)} <span class="about">'
            f"{escaped(format_datetime(each.when, 'd MMMM y, HH:mm', locale=reader))}</span>"
            f'</div><div class="deeds">{_put_back(each, reader)}</div></li>'
            for each in removed
        )
        head = words["taken out"].format(count=f"{len(removed):,}")
        parts.append(
            f'<details class="removed"><summary>{head}</summary><ol>{items}</ol></details>'
        )
    return "".join(parts)
