extension String {
    /// The clause as a sentence, with a capital letter and a full stop.
    public var asSentence: String {
        prefix(1).uppercased() + dropFirst() + (hasSuffix(".") ? "" : ".")
    }
}
