"""What the page says around questions and answers, in the language of the question."""

from qa.types import AnswerLanguage

WORDS: dict[AnswerLanguage, dict[str, str]] = {
    "hi": {
        "searching": "लेखों में खोजा जा रहा है…",
        "waiting for one": "मॉडल अभी दूसरे सवालों के जवाब दे रहा है; आपसे पहले {place} सवाल और है",
        "waiting": "मॉडल अभी दूसरे सवालों के जवाब दे रहा है; आपसे पहले {place} सवाल और हैं",
        "writing": "जवाब लिखा जा रहा है…",
        "standalone": "आपका सवाल इस तरह समझा गया:",
        "stopped": "जवाब बीच में रोक दिया गया।",
        "sources": "स्रोत",
        "undated": "तारीख़ नहीं मिली",
        "page": "पृष्ठ {page}",
        "also in": "यही लेख इस फ़ाइल में भी है:",
        "different days": "ये बातें अलग-अलग तारीख़ों की हैं:",
        "open": "लेख में देखिए",
        "mark": "स्रोत {number}",
        "searched": "खोजे गए लेख: {count}।",
        "searched some": "यहाँ के {count} लेखों में से इन्हीं में खोजा गया:",
        "since": "{day} से",
        "until": "{day} तक",
        "dated only": "बिना तारीख़ वाले लेख छोड़कर",
        "in hi": "सिर्फ़ हिंदी के लेख",
        "in en": "सिर्फ़ अंग्रेज़ी के लेख",
        "in files": "सिर्फ़ ये फ़ाइलें:",
        "nearest": "सबसे मिलते-जुलते अंश",
        "nothing near": "इससे मिलता-जुलता कोई अंश नहीं मिला।",
    },
    "en": {
        "searching": "Searching the articles…",
        "waiting for one": "The model is busy; {place} ahead of yours",
        "waiting": "The model is busy; {place} ahead of yours",
        "writing": "Writing the answer…",
        "standalone": "Taken to mean:",
        "stopped": "The answer was stopped.",
        "sources": "Sources",
        "undated": "no date found",
        "page": "page {page}",
        "also in": "also in",
        "different days": "These are of different dates:",
        "open": "See it in the article",
        "mark": "source {number}",
        "searched": "Articles searched: {count}.",
        "searched some": "Of the {count} articles here, these were searched:",
        "since": "from {day}",
        "until": "up to {day}",
        "dated only": "without articles that have no date",
        "in hi": "only articles in Hindi",
        "in en": "only articles in English",
        "in files": "only these files:",
        "nearest": "The nearest passages",
        "nothing near": "No passage comes near it.",
    },
    "hi-Latn": {
        "searching": "Lekhon mein khoja ja raha hai…",
        "waiting for one": "Model abhi doosre sawalon ke jawab de raha hai; "
        "aapse pehle {place} sawal aur hai",
        "waiting": "Model abhi doosre sawalon ke jawab de raha hai; "
        "aapse pehle {place} sawal aur hain",
        "writing": "Jawab likha ja raha hai…",
        "standalone": "Aapka sawal is tarah samjha gaya:",
        "stopped": "Jawab beech mein rok diya gaya.",
        "sources": "Srot",
        "undated": "tareekh nahin mili",
        "page": "prishth {page}",
        "also in": "yahi lekh is file mein bhi hai:",
        "different days": "Ye baatein alag-alag tareekhon ki hain:",
        "open": "Lekh mein dekhiye",
        "mark": "srot {number}",
        "searched": "Khoje gaye lekh: {count}.",
        "searched some": "Yahan ke {count} lekhon mein se inhin mein khoja gaya:",
        "since": "{day} se",
        "until": "{day} tak",
        "dated only": "bina tareekh wale lekh chhodkar",
        "in hi": "sirf Hindi ke lekh",
        "in en": "sirf angrezi ke lekh",
        "in files": "sirf ye filen:",
        "nearest": "Sabse milte-julte ansh",
        "nothing near": "Isse milta-julta koi ansh nahin mila.",
    },
}
EMPTY = {
    "hi": "आपने कोई सवाल नहीं लिखा; हिंदी, अंग्रेज़ी या रोमन अक्षरों वाली हिंदी में पूछिए।",
    "en": "There is no question yet; ask one in Hindi, in English, or in Hindi in roman letters.",
}
BROKEN: dict[AnswerLanguage, str] = {
    "hi": "कुछ गड़बड़ हो गई; ब्योरा उस टर्मिनल में है जिसमें यह प्रोग्राम चल रहा है।",
    "en": "Something went wrong in Khabar; the terminal it runs in says what.",
    "hi-Latn": "Kuch gadbad ho gayi; byora us terminal mein hai jismein yeh program chal raha hai.",
}
NO_DATE = {
    "hi": "“{typed}” तारीख़ नहीं है; तारीख़ 2023-05-05 की तरह लिखिए।",
    "en": "“{typed}” is not a date; write one like 2023-05-05.",
}
UNREADABLE: dict[AnswerLanguage, str] = {
    "hi": "यह जवाब सहेजा तो गया था, पर अब पढ़ा नहीं जा सकता; सवाल फिर से पूछिए।",
    "en": "This answer was kept, but can no longer be read; ask the question again.",
    "hi-Latn": "Yeh jawab saheja to gaya tha, par ab padha nahin ja sakta; "
    "sawal phir se poochhiye.",
}
