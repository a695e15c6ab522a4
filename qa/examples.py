"""Questions about the articles that ship with Khabar, each with the one that answers it."""

from pathlib import Path

from index import models

QUESTIONS = (
    ("रूस और पाकिस्तान के राजनयिक रिश्ते कितने साल पुराने हो गए हैं?", "bilawal-lavrov-goa-varta-hi.txt"),
    ("जून 2019 में शंघाई सहयोग संगठन की बैठक किस शहर में हुई थी?", "imran-lavrov-mulaqat-hi.txt"),
    ("What kind of tree did Lavrov plant in Islamabad?", "lavrov-qureshi-talks-en.txt"),
    ("When was Qin Gang made foreign minister of China?", "jaishankar-qin-lavrov-goa-en.txt"),
    ("imran khan kashmir vivad ko kaise suljhana chahte the?", "imran-lavrov-mulaqat-hi.txt"),
    ("lavrov kitne din ke daure par pakistan aaye the?", "russia-military-equipment-pledge-en.txt"),
)


def articles() -> Path:
    """Find the shipped articles' folder."""
    return models.shipped("seeds")
