"""Adagrad adds squared gradients up; RMSProp and Adadelta let them fade.

Adagrad 2011; Tieleman & Hinton 2012; Zeiler 2012, arXiv:1212.5701.
"""

import symopt
from symopt.optimizers import get


def prove():
    return {
        "Adagrad's sum": symopt.unroll(get("adagrad"), "r"),
        "RMSProp's average": symopt.unroll(get("rmsprop"), "r"),
        "Adadelta's average of squared gradients": symopt.unroll(get("adadelta"), "Eg2"),
        "Adadelta's average of squared steps": symopt.unroll(get("adadelta"), "Edelta2"),
    }
