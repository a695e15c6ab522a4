"""Function words of Hindi, English and roman Hindi: they join sentences and find nothing.

Question words are among them; what a question asks for is read in `index.question`.
"""

from index.devanagari import normalise

_HINDI = """
का के की को में से पर ने तक और या एवं तथा व कि जो जिस जिसे जिसका जिसके जिसकी जिसने जिसमें जिससे
जिन जिन्हें जिनका जिनके जिनकी जिन्होंने जिनमें यह ये वह वे वो इस इसे इसका इसके इसकी इसने इसमें
इससे इसी इन इन्हें इनका इनके इनकी इन्होंने इनमें उस उसे उसका उसके उसकी उसने उसमें उससे उसी उन
उन्हें उनका उनके उनकी उन्होंने उनमें उनसे मैं हम तुम आप मुझे हमें तुम्हें आपको मेरा मेरे मेरी
हमारा हमारे हमारी तुम्हारा आपका आपके आपकी अपना अपने अपनी स्वयं खुद है हैं था थे थी थीं हूँ हो
हुआ हुए हुई होना होने होता होते होती होगा होगी होंगे हों हुईं रहा रहे रही रहता रहते रहती रहना कर
करना करने करता करते करती किया किए किये करें करेगा करेंगे करेगी करके कराना कराने जाना जाने जाता
जाते जाती जाए जाएगा जाएगी जाएँ गया गए गये गई गईं गयी दिया दिए दिये दी देना देने देता देते देती
दें लिया लिए लिये ली लेना लेने लेता लेते लेती लें सकता सकते सकती सके सकें चुका चुके चुकी वाला
वाले वाली वालों क्या कौन कौनसा किस किसे किसने किसका किसके किसकी किसमें किससे किन किन्हें किनके
किन्होंने कब कहाँ कहां कैसे कैसा कैसी क्यों कितना कितने कितनी कौनसी कौनसे नहीं न ना मत ही भी तो
जब तब अब यहाँ यहां वहाँ वहां जहाँ जहां ऐसा ऐसे ऐसी वैसे जैसे जैसा जैसी इतना इतने इतनी उतना कुछ
कोई किसी कई सभी सब हर एक अगर यदि लेकिन परंतु किंतु मगर बल्कि क्योंकि इसलिए ताकि हालाँकि हालांकि
फिर साथ बाद पहले द्वारा अनुसार बारे दौरान बीच अलावा तरह ओर तरफ़ बहुत ज़्यादा अधिक काफ़ी सिर्फ़
केवल मात्र जी हाँ हां अरे चाहिए बने बना बताइए बताओ बताएँ बताएं कृपया कौन-सा सा सी जा जाओ जाकर
जाएंगे जायेंगे जायेगा जाया आ आया आए आये आई आना आने आता आते आती आएगा आएगी आएंगे दे देकर देंगे
देगा देगी ले लेकर लो लेंगे लगा लगे लगी लगता लगते लगती रह रहने रहेगा रहेगी रहेंगे पड़ा पड़े पड़ी
पड़ता पड़ते पड़ती पड़ना पड़ेगा पाया पाए पाई पाना पाने पाता पाते पाती सकने चुकने करो करे करवाया
करवाना करवाने कराया कराई कराए होकर अन्य सबसे अभी कभी दोनों यही वही यहीं वहीं जबकि चूँकि यानी
यानि अर्थात अतः इसीलिए तौर आमतौर रूप प्रत्येक हरेक आदि इत्यादि हेतु तहत सहित समेत अंतर्गत बजाय
मद्देनज़र बावजूद बिना शायद हमेशा अक्सर लगभग तभी जितना जितने जितनी अथवा मैंने हमने आपने तुमने
उनको इनको मुझसे हमसे आपसे तेरा तेरे तेरी तू मे नही मै पे सारा सारे सारी श्री श्रीमती चीज़ चीज़ें
चीज़ों मुताबिक़
"""
_ENGLISH = """
a an the and or but if then than so as of to in on at by for with from into onto over under
about above below between among through during before after against without within along across
behind beyond is are was were be been being am do does did done doing has have had having will
would shall should can could may might must ought i me my mine we us our ours you your yours he
him his she her hers it its they them their theirs this that these those there here who whom
whose which what when where why how not no nor only own same too very just also such both each
few more most other some any all many much every either neither one ones s t d ll re ve m don
doesn didn isn aren wasn weren hasn haven hadn won wouldn shouldn couldn again further once
another upon besides else out off up down while because until although though however whether
since per via get got please tell yes now even really still never something around always
someone ever already anything nothing everything yet everyone anyone others often almost rather
myself yourself himself herself itself themselves ourselves whatever etc usually generally
typically commonly mostly mainly sometimes instead thus therefore otherwise several thing things
way ways lot able according
"""
# Spelled as people type them. What is spelled like an English word too (me, to, the, he, is, in)
# is told apart by the words around it, in `index.language`.
_ROMAN = """
ka ke ki ko kaa kee koo mein mai main men mei se say par pe ne tak aur or ya yaa evam tatha va
jo jis jise jiska jiske jiski jisne jisme jismein jisse jin jinka jinke jinki jinhone yah yeh ye
veh vah woh wo vo is isse ise iska iske iski isne isme ismein in inka inke inki inhone us usse
use uska uske uski usne usme usmein un unka unke unki unhone unhonne unse unhe unhen hum ham tum
aap mujhe hame hamein mera mere meri hamara hamare hamari tumhara aapka aapke aapki apna apne
apni khud hai he hain hei hey tha thaa the thi thee thin hun hoon ho hua huaa hue huye hui huee
hona hone hota hote hoti hoga hogi honge hon raha rahaa rahe rahi rehta rehte rehti kar karna
karne karta karte karti kiya kiyaa kia kie kiye kare karen karein karega karenge karegi karke
jana jaana jane jaane jata jaata jate jaate jati jaati jaye jae jaega jaayega jayega gaya gaye
gae gayaa gai gayi gayee diya diyaa die diye di dee dena dene deta dete deti liya liyaa lie liye
li lee lena lene leta lete leti sakta sakte sakti sake chuka chuke chuki wala wale wali vala
vale vali walon kya kyaa kaun kon koun kaunsa konsa kaunsi kaunse kis kise kisne kisney kisko
kiska kiske kiski kisme kismein kisse kin kinke kinko kinhone kab kahan kahaan kaha kahaa kaise
kese kaisa kaisi kisliye kislie kyon kyun kyo kyu kitna
kitne kitni kitney nahi nahin nahee na naa mat hi hee
bhi bhee to toh jab tab ab yahan yahaan vahan wahan wahaan jahan jahaan aisa aise aisi vaise
waise jaise jaisa jaisi itna itne itni utna kuch kuchh koi kisi kai kayi sabhi sab har ek agar
yadi lekin parantu magar balki kyonki kyunki isliye taki taaki halanki phir fir saath sath baad
bad pehle pahle dwara dvara anusar liey bare baare dauran daoran beech bich alava alawa tarah
taraf bahut bohot zyada jyada adhik kafi sirf keval matra ji haan han aana aane aaya aaye aayi
ata aata aate aati rakhna rakhne rakha laga lage lagi lagaya lagayi lagaye lagane chahiye batao
bataiye bataye btao kb nhi rha rhi rhe hn kr krna krne krte krke tk gya gyi humara humare humari
apko aapko jinhe bataen bataein jaa aa aae aai aayaa anya taur tahat sahit lekar dekar pada padi
pade padta padti padte padna paya paye payi paaya paata paate karwaya karwana lagta lagti lagte
lagna sakne hamesha aksar lagbhag athva bavjood bawjood bina shrimati cheez cheezen cheezon chiz
mutabik mutabiq
"""
HINDI = frozenset(normalise(word) for word in _HINDI.split())
ENGLISH = frozenset(_ENGLISH.split())
ROMAN = frozenset(_ROMAN.split())
