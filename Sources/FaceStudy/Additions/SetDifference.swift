import FaceRuns
import Spelling

/// A difference between two sets of the same name: the property, and its value in each.
typealias SetDifference = (key: String, mine: String, theirs: String)

/// A former and a current value as text, with the verb in singular or plural: `peak was 0.1, now 0.2`, `the
/// pairs of lfw were 12, now 14`.
func changeText(_ key: String, from stored: String, to asked: String) -> String {
    let plural = [
        "the files", "the pairs", "the templates", "the weights", "the probes", "the distractors",
    ]
    let isPlural = plural.contains { key.hasPrefix($0) }
    return "\(key) \(isPlural ? "were" : "was") \(stored), now \(asked)"
}

extension TestSetFacts {
    /// The difference from another set of the same name: in its pairs, or in the content of its files, as
    /// far as known for both.
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
    /// The difference from another set of the same name: in its kind, its templates or its images.
    func difference(from other: TemplateTestFacts) -> SetDifference? {
        guard (distractors == nil) == (other.distractors == nil) else {
            return ("the kind of \(name)", kind, other.kind)
        }
        guard templates == other.templates else {
            let what = distractors == nil ? "templates" : "probes"
            return ("the \(what) of \(name)", "\(templates)", "\(other.templates)")
        }
        guard distractors == other.distractors else {
            return (
                "the distractors of \(name)", "\(distractors ?? 0)", "\(other.distractors ?? 0)"
            )
        }
        let contents = [contentHash, other.contentHash].map {
            SetContent(images: $0, annotations: nil)
        }
        return contents[0].difference(from: contents[1], of: name)
    }

    /// What the set consists of.
    var kind: String { distractors == nil ? "templates" : "MegaFace" }
}

extension SetContent {
    /// The difference in content from another set of the same name.
    func difference(from other: SetContent, of name: String) -> SetDifference? {
        difference(from: other).map { mine, theirs in
            ("the content of \(name)", String(mine.prefix(12)), String(theirs.prefix(12)))
        }
    }
}
