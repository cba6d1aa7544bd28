import Foundation
import Spelling

/// Unites identities whose names are canonically equivalent in Unicode, such as `é` as one character and as
/// a letter with a combining accent: archives and file systems of different machines use different forms.
///
/// Both forms look alike and are the same text by the standard, so they are taken for one person.
enum EquivalentNames {
    /// Identities and labels with such identities united under the first one's name, and a sentence for a
    /// warning; nil if there are none. Identities whose names are equal byte for byte stay separate.
    static func united(
        _ identities: [String], _ labels: [Int]
    ) -> (identities: [String], labels: [Int], sentence: String)? {
        // Most sets have only ASCII names, which can be millions.
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
                + " in two forms of Unicode, which are taken for one person: \(quoted: example)"
                + (names > 1 ? ", ..." : "")
        )
    }
}
