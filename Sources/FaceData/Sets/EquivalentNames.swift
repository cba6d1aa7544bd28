import Foundation
import Spelling

/// Identities whose names are one text in two forms of Unicode: `é` as one character, or as a letter and an
/// accent, as archives and file systems of different machines have it.
///
/// Nobody can see the difference, and standards have both for the same text, so that both are one person.
enum EquivalentNames {
    /// Identities and labels with such identities united under the first one's name, and a sentence that tells
    /// it; nil where there are none. Identities that have the same name to the byte stay what they are.
    static func united(
        _ identities: [String], _ labels: [Int]
    ) -> (identities: [String], labels: [Int], sentence: String)? {
        // Most sets have no such letters at all, and millions of names.
        guard !identities.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) else { return nil }
        // `String` compares by canonical equivalence.
        var first: [String: Int] = [:]
        var fresh: [Int] = []
        var kept: [String] = []
        var joined: [String] = []
        for name in identities {
            if let known = first[name], ExactText(kept[known]) != ExactText(name) {
                fresh.append(known)
                joined.append(kept[known])
            } else {
                if first[name] == nil { first[name] = kept.count }
                fresh.append(kept.count)
                kept.append(name)
            }
        }
        guard let example = joined.first else { return nil }
        let names = Set(joined).count
        return (
            kept, labels.map { fresh[$0] },
            counted(names, "name occurs", "names occur")
                + " in two forms of Unicode, which are taken for one person: '\(example)'"
                + (names > 1 ? ", ..." : "")
        )
    }
}
