"""What each LaTeX command and each character beyond ASCII is: data only."""

from __future__ import annotations


def _greek(names: str) -> dict[str, str]:
    return {n: f"\\{n}" for n in names.split()}


GREEK = _greek(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
) | {
    "varepsilon": "\\epsilon", "vartheta": "\\theta", "varphi": "\\phi", "varrho": "\\rho", "varsigma": "\\sigma",
    "varpi": "\\pi", "eps": "\\epsilon", "lam": "\\lambda", "varkappa": "\\kappa",
}  # fmt: skip

SYMBOLS = GREEK | _greek("infty ell hbar emptyset star dagger top bot aleph wp Re Im imath jmath perp") | {
    "dots": "\\ldots", "ldots": "\\ldots", "cdots": "\\ldots", "vdots": "\\ldots", "ddots": "\\ldots",
    "dotsc": "\\ldots", "dotsb": "\\ldots", "dotsm": "\\ldots", "intercal": "\\top",
}  # fmt: skip

TIMES = frozenset("cdot times odot circ otimes ast bullet cdotp".split())

RELATIONS = {
    "leftarrow": ":=", "gets": ":=", "coloneqq": ":=", "coloneq": ":=", "longleftarrow": ":=", "Leftarrow": ":=",
    "triangleq": "=", "equiv": "=", "doteq": "=", "eqdef": "=",
    "leq": "<=", "le": "<=", "leqslant": "<=", "leqq": "<=", "lt": "<", "lesssim": "<=", "ll": "<",
    "geq": ">=", "ge": ">=", "geqslant": ">=", "geqq": ">=", "gt": ">", "gtrsim": ">=", "gg": ">",
    "neq": "!=", "ne": "!=", "approx": "~", "sim": "~", "simeq": "~", "cong": "~", "approxeq": "~",
    "propto": "propto", "varpropto": "propto",
    "to": "->", "rightarrow": "->", "longrightarrow": "->", "mapsto": "->", "longmapsto": "->",
    "Rightarrow": "=>", "implies": "=>", "Longrightarrow": "=>", "iff": "=>", "Leftrightarrow": "=>",
    "in": "in", "subset": "in", "subseteq": "in",
}  # fmt: skip
ARROWS = frozenset({"->", "=>", ":="})

WORDS = frozenset({"therefore", "because"})

FUNCTIONS = {
    "log": "log", "ln": "log", "exp": "exp", "max": "max", "min": "min", "sin": "sin", "cos": "cos", "tanh": "tanh",
    "sign": "sign", "sgn": "sign", "abs": "abs", "floor": "floor", "ceil": "ceil", "sqrt": "sqrt", "norm": "norm",
    "diag": "diag", "argmin": "argmin", "argmax": "argmax", "sup": "sup", "inf": "inf", "det": "det", "tan": "tan",
    "Diag": "diag", "mod": "mod", "Pr": "Pr",
}  # fmt: skip

BIG = {"sum": "sum", "prod": "prod", "lim": "lim"}
MARKS = frozenset("downarrow uparrow nearrow searrow nwarrow swarrow checkmark qed blacksquare square Box".split())
ACCENTS = {
    "hat": "\\hat", "widehat": "\\hat", "tilde": "\\tilde", "widetilde": "\\tilde", "bar": "\\bar", "overline": "\\bar",
    "dot": "\\dot", "ddot": "\\ddot", "check": "\\check", "breve": "\\breve", "acute": "\\acute", "grave": "\\grave",
    "underline": "\\underline", "mathring": "\\mathring",
}  # fmt: skip
FONTS = frozenset(
    "mathbf boldsymbol bm pmb mathcal mathscr mathfrak mathsf mathit mathrm mathnormal mathtt vec symbf symbfit "
    "boldmath text textrm textbf textit mbox hbox operatorname overrightarrow bold Bbb mathbb boxed fbox "
    "mathop mathrel mathbin mathord mathopen mathclose mathpunct ensuremath".split()
)
UPRIGHT = frozenset("mathrm operatorname operatorname* mathsf mathtt mathit mathbf rm".split())
PROSE = frozenset("text textrm textbf textit textsf texttt textnormal mbox hbox".split())
UNDER = frozenset("underbrace overbrace underbracket overbracket".split())
SIZES = frozenset("big Big bigg Bigg bigm Bigm biggm Biggm".split())
LEFTS = frozenset("left bigl Bigl biggl Biggl lvert lVert".split())
RIGHTS = frozenset("right bigr Bigr biggr Biggr rvert rVert".split())
OPENING = {"lbrace": "{", "langle": "<", "lfloor": "⌊", "lceil": "⌈", "lbrack": "[", "lparen": "(", "lvert": "|",
           "lVert": "‖"}  # fmt: skip
CLOSING = {"rbrace": "}", "rangle": ">", "rfloor": "⌋", "rceil": "⌉", "rbrack": "]", "rparen": ")", "rvert": "|",
           "rVert": "‖"}  # fmt: skip
BARS = {"vert": "|", "Vert": "‖", "|": "‖", "mid": "|"}
WIDE = frozenset("quad qquad hfill enspace".split())
IGNORED = frozenset(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag bf rm it cal sf tt em "
    "mathstrut strut thinspace medspace thickspace negthinspace noindent centering small footnotesize large Large "
    "normalsize allowbreak nobreak middle hfil displaylimits break relax protect".split()
)
IGNORED_WITH_ARGUMENT = frozenset(
    "label hspace vspace phantom hphantom vphantom color textcolor cite ref eqref footnote mspace hskip".split()
)
BLOCKS = frozenset(
    "align aligned gather gathered eqnarray split multline alignat alignedat flalign equation displaymath math "
    "subequations dmath IEEEeqnarray".split()
)
CONNECTIVES = frozenset(
    "if for when where with otherwise since because as and or so then else while whenever unless such subject i.e. "
    "e.g. ie eg return do end forall given assuming let is are at on in using by from all each every until repeat "
    "require therefore s.t. st want after before while elementwise element-wise to ensure".split()
)

_LETTERS = dict(
    zip(
        "αβγδζηθικλμνξπρστυφχψωΓΔΘΛΞΠΥΦΨΩ",
        (f"\\{n}" for n in (
            "alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
            "omega Gamma Delta Theta Lambda Xi Pi Upsilon Phi Psi Omega"
        ).split()),
        strict=True,
    )
)  # fmt: skip
CHARACTERS = _LETTERS | {
    "←": "\\leftarrow", "⟵": "\\leftarrow", "→": "\\to", "⟶": "\\to", "⇒": "\\Rightarrow", "⟹": "\\Rightarrow",
    "⇐": "\\leftarrow", "↦": "\\to", "↓": "\\downarrow", "↑": "\\uparrow", "↗": "\\nearrow", "↘": "\\searrow",
    "∇": "\\nabla", "∂": "\\partial", "√": "\\sqrt", "∑": "\\sum", "Σ": "\\Sigma", "∏": "\\prod", "∞": "\\infty",
    "·": "\\cdot", "⋅": "\\cdot", "∙": "\\cdot", "•": "\\cdot", "×": "\\times", "⊙": "\\odot", "∘": "\\circ",
    "◦": "\\circ", "⊗": "\\otimes", "÷": "\\div", "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-",
    "≤": "\\leq", "⩽": "\\leq", "≥": "\\geq", "⩾": "\\geq", "≠": "\\neq", "≈": "\\approx", "∼": "\\sim", "≃": "\\sim",
    "∝": "\\propto", "≡": "\\equiv", "≜": "=", "≔": ":=",
    "∈": "\\in", "∴": "\\therefore", "∵": "\\because", "∀": "\\forall", "…": "\\ldots", "⋯": "\\ldots",
    "′": "'", "″": "''", "’": "'", "‖": "\\|", "∥": "\\|", "⟨": "\\langle", "⟩": "\\rangle", "⌊": "\\lfloor",
    "⌋": "\\rfloor", "⌈": "\\lceil", "⌉": "\\rceil", "ℓ": "\\ell", "ϵ": "\\epsilon", "ε": "\\epsilon", "∣": "|",
    "ϑ": "\\theta", "ϕ": "\\phi", "∆": "\\Delta", "µ": "\\mu", "𝔼": "\\mathbb{E}", "⊤": "\\top", "ᵀ": "^\\top",
    "∗": "*", "⁄": "/", "∕": "/", "（": "(", "）": ")", "，": ",", "＝": "=", "＋": "+", "⋆": "\\star",
}  # fmt: skip
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵗⁱᵏʲ", "0123456789+-()ntikj", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₜₙᵢⱼₖₘₓₐₑₒₕₗₚₛᵣᵤᵥ", "0123456789+-()tnijkmxaeohlpsruv", strict=True))
COMBINING = {"\u0302": "\\hat", "\u0303": "\\tilde", "\u0304": "\\bar", "\u0305": "\\bar", "\u0307": "\\dot"}
