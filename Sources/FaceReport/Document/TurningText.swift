import Spelling

extension Unicode.Scalar {
    /// Whether the scalar turns the direction of what stands beside it, or breaks its line, unseen.
    ///
    /// Joiners of letters and emoji, which act unseen as well, belong to a page's text.
    var turnsText: Bool {
        isInvisible && self != "\u{200C}" && self != "\u{200D}" && self != "\u{AD}"
            && self != "\n"
    }
}
