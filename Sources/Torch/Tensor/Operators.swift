/// Element-wise logical negation; the standard library declares the other dotted operators.
prefix operator .!
