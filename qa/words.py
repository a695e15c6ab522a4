"""What Khabar itself says in an answer, in the language of the question."""

from qa.types import AnswerLanguage

REFUSAL: dict[AnswerLanguage, str] = {
    "hi": "इन लेखों में इस सवाल का जवाब नहीं मिला।",
    "en": "These articles do not answer this question.",
    "hi-Latn": "In lekhon mein is sawal ka jawab nahin mila.",
}
MODEL_FAILED: dict[AnswerLanguage, str] = {
    "hi": "भाषा मॉडल के जवाब की लेखों से पुष्टि नहीं हो सकी, इसलिए लेखों के वाक्य ही दिए जा रहे हैं।",
    "en": "The language model's answer could not be checked against the articles; "
    "here are sentences from the articles instead.",
    "hi-Latn": "Bhasha model ke jawab ki lekhon se pushti nahin ho saki, "
    "isliye lekhon ke vakya hi diye ja rahe hain.",
}
QUOTES_INSTEAD: dict[AnswerLanguage, str] = {
    "hi": "भाषा मॉडल से जवाब नहीं मिला, इसलिए लेखों के वाक्य ही दिए जा रहे हैं। {reason}",
    "en": "The language model gave no answer, so here are sentences from the articles. {reason}",
    "hi-Latn": "Bhasha model se jawab nahin mila, "
    "isliye lekhon ke vakya hi diye ja rahe hain. {reason}",
}
CUT_SHORT: dict[AnswerLanguage, str] = {
    "hi": "जवाब पूरा नहीं हो सका; जितना लिखा गया, उतना ही यहाँ है। {reason}",
    "en": "The answer did not come to its end; here is what was written of it. {reason}",
    "hi-Latn": "Jawab poora nahin ho saka; jitna likha gaya, utna hi yahan hai. {reason}",
}
TIME_UP: dict[AnswerLanguage, str] = {
    "hi": "इसके लिए तय समय पूरा हो गया।",
    "en": "The time for it was up.",
    "hi-Latn": "Iske liye tay samay poora ho gaya.",
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
