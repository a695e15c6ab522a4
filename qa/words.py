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
