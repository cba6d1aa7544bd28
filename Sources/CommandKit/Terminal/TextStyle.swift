/// How a piece of text is emphasised on a terminal with colours.
public enum TextStyle: Int, Sendable, CaseIterable {
    case bold = 1
    case faint = 2
    /// For errors.
    case red = 31
    /// For success.
    case green = 32
    /// For warnings.
    case yellow = 33

    /// The text enclosed in the style's control sequences.
    func applied(to text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}
