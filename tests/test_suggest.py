"""Questions made from what an article reports: whole and in order, or none."""

import pytest
from hypothesis import given
from strategies import texts

from index import Article
from index.types import Language
from qa.suggest import of_sentences, of_title


def article(text: str, language: Language, title: str | None = None) -> Article:
    return Article("a.txt", text, title, None, None, language)


def made(text: str, language: Language) -> list[str]:
    return [each.question for each in of_sentences(article(text, language))]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "मुख्यमंत्री भूपेंद्र पटेल ने शुक्रवार को विधानसभा में कहा कि 500 स्कूल खुलेंगे।",
            "मुख्यमंत्री भूपेंद्र पटेल ने विधानसभा में क्या कहा?",
        ),
        (
            "वहीं, जम्मू और कश्मीर के विवाद पर इमरान ख़ान ने कहा कि वह समाधान चाहते हैं.",
            "जम्मू और कश्मीर के विवाद पर इमरान ख़ान ने क्या कहा?",
        ),
        (
            "भारत में उतरने से पहले, मंत्री ने कहा कि उनकी यात्रा छोटी है।",
            "भारत में उतरने से पहले मंत्री ने क्या कहा?",
        ),
        ("डॉ. सीमा वर्मा ने कहा, “टीका सुरक्षित है।”", "डॉ. सीमा वर्मा ने क्या कहा?"),
        ("मौसम विभाग ने चेतावनी दी है कि बारिश होगी।", "मौसम विभाग ने क्या चेतावनी दी है?"),
        (
            "वित्त मंत्री ने बजट पेश करते हुए घोषणा की कि आयकर में छूट बढ़ेगी।",
            "वित्त मंत्री ने बजट पेश करते हुए क्या घोषणा की?",
        ),
        (
            "किसान नेता राकेश टिकैत ने सरकार से मांग की कि कानून बनाया जाए।",
            "किसान नेता राकेश टिकैत ने सरकार से क्या मांग की?",
        ),
        (
            "विश्व बैंक (World Bank) की रिपोर्ट में कहा गया है कि विकास दर 6.5 प्रतिशत रहेगी।",
            "विश्व बैंक की रिपोर्ट में क्या कहा गया है?",
        ),
        (
            "विदेश मंत्री एस. जयशंकर ने अपने चीनी समकक्ष के साथ सीमा विवाद और व्यापार पर चर्चा की।",
            "विदेश मंत्री एस. जयशंकर ने अपने चीनी समकक्ष के साथ किन विषयों पर चर्चा की?",
        ),
    ],
)
def test_what_was_said_in_hindi_is_asked_for(sentence: str, question: str) -> None:
    assert made(sentence, "hi") == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "उन्होंने कहा कि यह ठीक नहीं है।",
        "अधिकारियों ने बताया कि सड़क खुल गई।",
        "स्थानीय लोगों ने बताया कि सड़क खराब है।",
        "मंत्री ने फीता काटा और कहा कि पुल से लाभ होगा।",
        "मंत्री ने इस पर कहा कि पुल से लाभ होगा।",
        "राज्य के मंत्री ने भी कहा कि पुल से लाभ होगा।",
        "एक और ट्वीट में मंत्री ने कहा कि पुल से लाभ होगा।",
        "राज्य के मंत्री ने पिछले हफ़्ते गोवा में कहा कि पुल से लाभ होगा।",
        "रूस ने यूक्रेन पर हमला किया तो अमेरिका ने कहा कि वह मदद करेगा।",
        "जो लोग आए थे उनमें से एक ने कहा कि खाना अच्छा था।",
        "अमेरिका, रूस और चीन ने कहा कि वे साथ हैं।",
        "नई दिल्ली, 5 मई (भाषा) प्रधानमंत्री नरेंद्र मोदी ने कहा कि देश आगे बढ़ रहा है।",
        "राज्य के मंत्री ने प्रधानमंत्री को पत्र लिखा कि पानी छोड़ा जाए।",
        "देखें: राज्य के मंत्री ने गोवा में क्या कहा",
        f"राज्य के मंत्री ने {'बड़े ' * 30}भवन में कहा कि पुल से लाभ होगा।",
    ],
)
def test_hindi_that_leans_on_something_else_makes_no_question(sentence: str) -> None:
    assert made(sentence, "hi") == []


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "On Jammu and Kashmir, the prime minister said his country wanted peace.",
            "What did the prime minister say on Jammu and Kashmir?",
        ),
        (
            "Finance Minister Nirmala Sitharaman told reporters on Friday that taxes would change.",
            "What did Finance Minister Nirmala Sitharaman tell reporters?",
        ),
        (
            "The Russian foreign ministry (MID) said in a press release on Monday that they met.",
            "What did the Russian foreign ministry say in a press release?",
        ),
        (
            "The Reserve Bank of India said inflation would ease.",
            "What did the Reserve Bank of India say about inflation?",
        ),
        (
            "The World Bank said that the price of wheat is too high.",
            "What did the World Bank say about the price of wheat?",
        ),
        (
            "Former US President Donald Trump also said that tariffs would rise.",
            "What did former US President Donald Trump say about tariffs?",
        ),
        (
            "Farmers in Punjab said that wheat is too cheap. Most farmers have debts.",
            "What did farmers in Punjab say about wheat?",
        ),
        (
            "Qureshi said that ties with Russia are good. He, Qureshi, was glad.",
            "What did Qureshi say about ties with Russia?",
        ),
        (
            "Prime Minister Narendra Modi announced that a train will run.",
            "What did Prime Minister Narendra Modi announce?",
        ),
    ],
)
def test_what_was_said_in_english_is_asked_for(text: str, question: str) -> None:
    assert made(text, "en") == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "He said that wheat is too cheap.",
        "Farmers in Punjab said that wheat is too cheap.",
        "Police said the accused was arrested.",
        "Two farmers from Punjab said that wheat is too cheap.",
        "The minister met Putin and Lavrov said that talks were useful.",
        "Lawmakers passed the bill and said that wheat is too cheap.",
        "When the minister arrived, he said that wheat is too cheap.",
        "On Monday, the president said he was well.",
        "The president last week told reporters that wheat is too cheap.",
        "The bank said it expects growth.",
        "The chief said his officers were ready.",
        "The men who were arrested said that wheat is too cheap.",
        "Rahul Gandhi, who leads the party, said that wheat is too cheap.",
        "“Wheat is too cheap,” said Dr Seema Verma.",
        "The union said Modi told India would win.",
    ],
)
def test_english_that_leans_on_something_else_makes_no_question(sentence: str) -> None:
    assert made(sentence, "en") == []


def test_a_question_knows_the_sentence_that_it_was_made_of() -> None:
    text = "It rained.\n\nThe Reserve Bank of India said inflation would ease. It rained again."
    [found] = of_sentences(article(text, "en"))
    assert text[found.start : found.end] == "The Reserve Bank of India said inflation would ease."


def test_questions_that_say_what_they_are_about_come_first() -> None:
    text = "डॉ. सीमा वर्मा ने कहा कि टीका सुरक्षित है। टीके की क़ीमत पर मंत्री ने कहा कि वह घटेगी।"
    assert made(text, "hi") == ["टीके की क़ीमत पर मंत्री ने क्या कहा?", "डॉ. सीमा वर्मा ने क्या कहा?"]


def test_only_the_beginning_of_a_book_is_looked_at() -> None:
    said = "The Reserve Bank of India said inflation would ease."
    assert len(made(f"{'It rained. ' * 10}{said}", "en")) == 1
    assert made(f"{'It rained. ' * 1_000}{said}", "en") == []


@pytest.mark.parametrize(
    ("title", "language", "question"),
    [
        ("Rain in Kerala", "en", "What does “Rain in Kerala” report?"),
        ("गोवा में टीका अभियान\n शुरू", "hi", "ख़बर “गोवा में टीका अभियान शुरू” में क्या बताया गया है?"),
        (None, "en", None),
        ("Rain", "en", None),
        ("Will it rain in Kerala?", "en", None),
        ("Rain in Kerala | Namuna Times", "en", None),
        ("Rain in Kerala – Namuna Times", "en", None),
        ("goa tika abhiyan hi", "hi", None),
        ("गोवा में टीका", "en", None),
        ("word " * 20, "en", None),
        ("x" * 60 + " y " + "z" * 60, "en", None),
    ],
)
def test_a_title_is_asked_for_where_it_says_something(
    title: str | None, language: Language, question: str | None
) -> None:
    assert of_title(article("", language, title)) == question


@given(texts())
def test_any_text_makes_questions_or_none(text: str) -> None:
    for language in ("hi", "en"):
        for each in of_sentences(article(text, language)):
            assert each.question.endswith("?")
            assert "\n" not in each.question
            assert 0 <= each.start < each.end <= len(text)
