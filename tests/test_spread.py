"""Spreading: what several papers copied from an agency leaves room for other stories."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from index import Hit, Index, Passage
from index.spread import spread

REPORT = (
    "मांडवी नदी का पानी सोमवार रात पणजी के निचले इलाक़ों में घुस गया और बाढ़ से तीन सौ परिवार बेघर हो गए।",
    "मुख्यमंत्री ने मंगलवार सुबह नाव से प्रभावित बस्तियों का दौरा किया और राहत शिविरों में ठहरे लोगों से बात की।",
    "उन्होंने कहा कि बाढ़ में जिनके घर टूटे हैं, उन्हें सरकार एक हफ़्ते के भीतर मुआवज़ा देगी।",
    "ज़िला प्रशासन के मुताबिक़ बिजली के कई खंभे गिरे हैं और चार वार्डों में पीने का पानी टैंकरों से भेजा जा रहा है।",
    "नौसेना के गोताखोरों ने रात भर चले अभियान में छत पर फँसे एक बुज़ुर्ग दंपती को सुरक्षित निकाला।",
    "स्कूल और कॉलेज गुरुवार तक बंद रहेंगे, जबकि अस्पतालों में अतिरिक्त डॉक्टर तैनात किए गए हैं।",
    "मौसम विभाग ने दो दिन और भारी बारिश की चेतावनी दी है, इसलिए मछुआरों से समुद्र में न जाने को कहा गया है।",
    "विपक्ष के नेता ने आरोप लगाया कि नालों की सफ़ाई समय पर हुई होती, तो शहर में बाढ़ की नौबत नहीं आती।",
    "कोंकण रेलवे की छह ट्रेनें रद्द कर दी गईं और मुंबई जाने वाली बसें दूसरे रास्ते से भेजी जा रही हैं।",
    "व्यापारियों के संगठन का अनुमान है कि बाज़ार में पानी भरने से दुकानदारों को दो करोड़ रुपये का नुक़सान हुआ।",
)
OTHERS = (
    "गोवा की बाढ़ के बाद विश्वविद्यालय के छात्रों ने पणजी में चंदा जुटाया और सौ परिवारों के लिए कंबल ख़रीदे।",
    "बाढ़ के पानी ने पणजी के पुराने गिरजाघर की लकड़ी की वेदी ख़राब कर दी, पुरातत्व विभाग उसकी मरम्मत करेगा।",
    "गोवा में बाढ़ के चलते इस बार फ़िल्म समारोह पणजी के बजाय मडगाँव में होगा, आयोजकों ने नए टिकट जारी किए हैं।",
    "पणजी की बाढ़ पर बनी समिति ने दस साल पहले ही चेताया था कि दलदली ज़मीन पर मकान बनाना ख़तरनाक है।",
    "गोवा के पशु चिकित्सकों ने बाढ़ में बहकर आए चालीस मवेशियों का पणजी के मैदान में इलाज किया।",
    "पणजी में बाढ़ का बीमा कराने वाले गिने-चुने दुकानदार थे; गोवा की बीमा कंपनियाँ अब घर-घर सर्वे करेंगी।",
)


def hit(source: str, text: str, score: float, start: int = 0) -> Hit:
    return Hit(Passage(0, source, start, start + len(text), text, None, None, "hi"), score)


def order(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.source for hit in spread(hits)]


def edited(sentences: Sequence[str], seed: int) -> str:
    """Do as a paper does with agency copy: leave a sentence out, change one word in seven."""
    random = Random(seed)  # noqa: S311
    kept = list(sentences)
    del kept[random.randrange(1, len(kept))]
    filler = " ".join(OTHERS).split()
    return " ".join(
        random.choice(filler) if random.random() < 1 / 7 else word
        for word in " ".join(kept).split()
    )


def test_the_same_text_at_two_paths_makes_way_for_the_next_story() -> None:
    report = " ".join(REPORT[:4])
    hits = [hit("a.txt", report, 1.0), hit("b.txt", report, 1.0), hit("c.txt", OTHERS[0], 0.2)]
    assert order(hits) == ["a.txt", "c.txt", "b.txt"]


def test_a_shortened_and_edited_copy_makes_way_too() -> None:
    hits = [
        hit("a.txt", " ".join(REPORT), 1.0),
        hit("b.txt", edited(REPORT, 1), 0.9),
        hit("c.txt", OTHERS[0], 0.6),
    ]
    assert order(hits) == ["a.txt", "c.txt", "b.txt"]


def test_each_further_copy_counts_for_less() -> None:
    copies = [hit(f"paper-{i}.txt", edited(REPORT, i), 1 - i / 100) for i in range(4)]
    others = [hit("c.txt", OTHERS[0], 0.15), hit("d.txt", OTHERS[1], 0.15)]
    placed = order([*copies, *others])
    assert placed.index("d.txt") < placed.index("paper-2.txt")


def test_a_copy_stays_before_what_hardly_fits_the_question() -> None:
    hits = [
        hit("a.txt", " ".join(REPORT), 1.0),
        hit("b.txt", edited(REPORT, 1), 0.9),
        hit("c.txt", OTHERS[0], 0.01),
    ]
    assert order(hits) == ["a.txt", "b.txt", "c.txt"]


def test_a_longer_version_of_a_report_counts_for_what_it_adds() -> None:
    brief, long = " ".join(REPORT[:2]), " ".join(REPORT[:8])
    hits = [hit("a.txt", brief, 1.0), hit("b.txt", long, 0.9), hit("c.txt", OTHERS[0], 0.4)]
    assert order(hits) == ["a.txt", "b.txt", "c.txt"]


def test_different_reports_on_one_subject_stay_where_they_are() -> None:
    hits = [hit(f"{i}.txt", text, 1 - i / 100) for i, text in enumerate((REPORT[0], *OTHERS))]
    assert spread(hits) == hits


def test_short_passages_with_a_phrase_in_common_are_no_copies() -> None:
    hits = [
        hit("a.txt", "रूस के विदेश मंत्री गोवा पहुँचे।", 1.0),
        hit("b.txt", "रूस के विदेश मंत्री बीमार हैं।", 0.9),
        hit("c.txt", OTHERS[0], 0.8),
    ]
    assert order(hits) == ["a.txt", "b.txt", "c.txt"]


def test_the_next_passage_of_an_article_stays_although_it_repeats_a_sentence() -> None:
    one, two = " ".join(REPORT[:4]), " ".join(REPORT[3:7])
    start = len(one) - len(REPORT[3])
    hits = [
        hit("a.txt", one, 1.0),
        hit("a.txt", two, 0.9, start),
        hit("c.txt", OTHERS[0], 0.85),
    ]
    assert order(hits) == ["a.txt", "a.txt", "c.txt"]


def test_a_passage_that_lies_mostly_within_another_makes_way() -> None:
    one, two = " ".join(REPORT[:4]), " ".join(REPORT[2:4])
    start = len(one) - len(two)
    hits = [
        hit("a.txt", one, 1.0),
        hit("a.txt", two, 0.9, start),
        hit("c.txt", OTHERS[0], 0.5),
    ]
    assert order(hits) == ["a.txt", "c.txt", "a.txt"]


def test_an_agency_report_in_six_papers_leaves_room_for_the_other_stories(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for paper in range(6):
        (folder / f"agency-{paper}.txt").write_text(edited(REPORT, paper), encoding="utf-8")
    for i, text in enumerate(OTHERS):
        (folder / f"other-{i}.txt").write_text(text, encoding="utf-8")

    def stories(hits: Sequence[Hit]) -> set[str]:
        names = [hit.passage.source.removesuffix(".txt") for hit in hits[:10]]
        return {"agency" if name.startswith("agency") else name for name in names}

    with Index(tmp_path / "db") as index:
        index.update(folder)
        for question in (
            "पणजी में बाढ़ से दुकानदारों का कितना नुक़सान हुआ?",
            "मुख्यमंत्री ने बाढ़ के बारे में क्या कहा?",
        ):
            hits = sorted(index.search(question, limit=100), key=lambda hit: -hit.score)
            assert len(stories(hits)) < len(stories(spread(hits)))
            assert len(stories(spread(hits))) >= 5


WORDS = "बाढ़ गोवा पणजी नदी राहत शिविर पानी बारिश flood Goa relief camp".split()
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
SCORES = st.floats(-1, 1, allow_nan=False)


@st.composite
def searches(draw: st.DrawFn) -> list[Hit]:
    """Make a search's hits: best first, any sources, many alike."""
    scores = sorted(draw(st.lists(SCORES, max_size=60)), reverse=True)
    return [
        hit(draw(st.sampled_from("abcdef")), draw(TEXTS), score, draw(st.integers(0, 9)))
        for score in scores
    ]


@given(searches())
def test_nothing_is_lost_the_first_stays_first_and_the_order_is_the_same_every_time(
    hits: list[Hit],
) -> None:
    result = spread(hits)
    assert {id(hit) for hit in result} == {id(hit) for hit in hits}
    assert len(result) == len(hits)
    assert result[:1] == hits[:1]
    assert spread(hits) == result


@given(searches())
def test_what_follows_the_first_ten_keeps_its_order(hits: list[Hit]) -> None:
    place = {id(hit): i for i, hit in enumerate(hits)}
    rest = [place[id(hit)] for hit in spread(hits)[10:]]
    assert rest == sorted(rest)
