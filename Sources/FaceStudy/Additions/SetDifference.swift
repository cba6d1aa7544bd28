import FaceRuns
import Spelling

/// In what two sets of one name differ: what it is, and what it is in the one and in the other.
typealias SetDifference = (key: String, mine: String, theirs: String)

/// A former and a present value, with the verb that the name needs: `peak was 0.1, now 0.2`, `the pairs of
/// lfw were 12, now 14`.
func changeText(_ key: String, from stored: String, to asked: String) -> String {
    let plural = ["the files", "the pairs", "the templates", "the weights"]
    let isPlural = plural.contains { key.hasPrefix($0) }
    return "\(key) \(isPlural ? "were" : "was") \(stored), now \(asked)"
}

extension TestSetFacts {
    /// In what the set differs from another of its name: its pairs, or what its files hold, as far as that
    /// is known about both.
    func difference(from other: TestSetFacts) -> SetDifference? {
        guard (pairs, folds) == (other.pairs, other.folds) else {
            return (
                "the pairs of \(name)", "\(pairs) in \(counted(folds, "fold"))",
                "\(other.pairs) in \(counted(other.folds, "fold"))"
            )
        }
        return content.difference(from: other.content, of: name)
    }
}

extension TemplateTestFacts {
    /// In what the set differs from another of its name: its templates, or its images.
    func difference(from other: TemplateTestFacts) -> SetDifference? {
        guard templates == other.templates else {
            return ("the templates of \(name)", "\(templates)", "\(other.templates)")
        }
        let contents = [contentHash, other.contentHash].map {
            SetContent(images: $0, annotations: nil)
        }
        return contents[0].difference(from: contents[1], of: name)
    }
}

extension SetContent {
    /// In what the content of a set differs from that of another of its name.
    func difference(from other: SetContent, of name: String) -> SetDifference? {
        difference(from: other).map { mine, theirs in
            ("the content of \(name)", String(mine.prefix(12)), String(theirs.prefix(12)))
        }
    }
}
