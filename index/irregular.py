"""English forms that no suffix rule leads back to their base: wrote, children, better."""

_FORMS = """
be: was were been am is are; have: has had; do: did done; go: went gone; say: said; make: made;
take: took taken; come: came; see: saw seen; know: knew known; get: got gotten; give: gave given;
find: found; think: thought; tell: told; become: became; show: shown; leave: left; feel: felt;
put: put; bring: brought; begin: began begun; keep: kept; hold: held; write: wrote written; stand:
stood; hear: heard; mean: meant; meet: met; run: ran; pay: paid; sit: sat; speak: spoke spoken;
lead: led; grow: grew grown; lose: lost; fall: fell fallen; send: sent; build: built; understand:
understood; draw: drew drawn; break: broke broken; spend: spent; rise: rose risen; drive: drove
driven; buy: bought; wear: wore worn; choose: chose chosen; win: won; fly: flew flown; sell: sold;
teach: taught; catch: caught; fight: fought; throw: threw thrown; seek: sought; strike: struck
stricken; shoot: shot; steal: stole stolen; swear: swore sworn; sing: sang sung; swim: swam swum;
eat: ate eaten; drink: drank drunk; forget: forgot forgotten; freeze: froze frozen; hide: hid
hidden; bite: bit bitten; blow: blew blown; ride: rode ridden; ring: rang rung; shake: shook
shaken; sink: sank sunk; sleep: slept; slide: slid; tear: tore torn; wake: woke woken; withdraw:
withdrew withdrawn; overthrow: overthrew overthrown; undergo: underwent undergone; forbid: forbade
forbidden; arise: arose arisen; bend: bent; bleed: bled; breed: bred; burst: burst; cling: clung;
creep: crept; deal: dealt; dig: dug; feed: fed; flee: fled; hang: hung; kneel: knelt; lend: lent;
light: lit; shine: shone; shrink: shrank shrunk; spin: spun; spread: spread; stick: stuck; sting:
stung; sweep: swept; swing: swung; weave: wove woven; weep: wept; oversee: oversaw overseen; man:
men; woman: women; child: children; foot: feet; tooth: teeth; mouse: mice; wife: wives; life:
lives; knife: knives; leaf: leaves; half: halves; thief: thieves; wolf: wolves; crisis: crises;
phenomenon: phenomena; criterion: criteria; analysis: analyses; basis: bases; good: better best;
bad: worse worst; old: older oldest elder eldest; early: earlier earliest; big: bigger biggest;
high: higher highest; large: larger largest; great: greater greatest; long: longer longest; small:
smaller smallest; late: later latest; low: lower lowest; young: younger youngest; strong: stronger
strongest; new: newer newest; tall: taller tallest; fast: faster fastest; rich: richer richest;
poor: poorer poorest; heavy: heavier heaviest; deep: deeper deepest; wide: wider widest; near:
nearer nearest; close: closer closest
"""

BASES: dict[str, str] = {
    form: base.strip()
    for entry in _FORMS.replace("\n", " ").split(";")
    if ":" in entry
    for base, forms in [entry.split(":")]
    for form in forms.split()
}
"""Irregular form → base form. Forms that are as often another word (ground, wound, bound, bore,
lay, media, data) are not in the list."""
