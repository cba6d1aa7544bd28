/// A count with what is counted: `1 image`, `2 images`, `2 identities`.
///
/// - Parameter plural: The word for other counts than one; the word with an `s` where it is nil.
public func counted(_ count: Int, _ one: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? one : plural ?? one + "s")"
}
