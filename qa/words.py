"""What Khabar itself says in an answer, in the language of the question."""

from qa.types import AnswerLanguage

REFUSAL: dict[AnswerLanguage, str] = {
    "hi": "इन लेखों में इस सवाल का जवाब नहीं मिला।",
    "en": "These articles do not answer this question.",
    "hi-Latn": "In lekhon mein is sawal ka jawab nahin mila.",
}
MODEL_FAILED: dict[AnswerLanguage, str] = {
    "hi": "भाषा मॉडल के जवाब की लेखों से पुष्टि नहीं हो सकी, इसलिए सीधे लेखों के वाक्य दिए जा रहे हैं।",
    "en": "The language model's answer could not be checked against the articles; "
    "here are sentences from the articles instead.",
    "hi-Latn": "Bhasha model ke jawab ki lekhon se pushti nahin ho saki, "
    "isliye seedhe lekhon ke vakya diye ja rahe hain.",
}
QUOTES_INSTEAD: dict[AnswerLanguage, str] = {
    "hi": "भाषा मॉडल से जवाब नहीं मिला, इसलिए सीधे लेखों के वाक्य दिए जा रहे हैं। वजह: {reason}",
    "en": "The language model gave no answer, so here are sentences from the articles. "
    "Reason: {reason}",
    "hi-Latn": "Bhasha model se jawab nahin mila, "
    "isliye seedhe lekhon ke vakya diye ja rahe hain. Vajah: {reason}",
}
CUT_SHORT: dict[AnswerLanguage, str] = {
    "hi": "जवाब अधूरा रह गया; जितना लिखा जा सका, वही यहाँ है। वजह: {reason}",
    "en": "The answer was cut short; this is what had been written. Reason: {reason}",
    "hi-Latn": "Jawab adhoora rah gaya; jitna likha ja saka, vahi yahan hai. Vajah: {reason}",
}
TIME_UP: dict[AnswerLanguage, str] = {
    "hi": "जवाब के लिए तय समय ख़त्म हो गया।",
    "en": "Its time ran out.",
    "hi-Latn": "Jawab ke liye tay samay khatm ho gaya.",
}
NO_ROOM: dict[AnswerLanguage, str] = {
    "hi": "मॉडल एक बार में इतना नहीं पढ़ सकता।",
    "en": "The model cannot read that much at a time.",
    "hi-Latn": "Model ek baar mein itna nahin padh sakta.",
}
UNSUPPORTED: dict[AnswerLanguage, str] = {
    "hi": "लेखों से इसकी पुष्टि नहीं हुई:",
    "en": "Not borne out by the articles:",
    "hi-Latn": "Lekhon se iski pushti nahin hui:",
}
SOURCES: dict[AnswerLanguage, str] = {"hi": "स्रोत:", "en": "Sources:", "hi-Latn": "Srot:"}
