import Foundation

extension VerificationPairs {
    /// Whose each image is, by the folder that tells people apart as the pairs do: `001` of
    /// `001/frontal/01.jpg` and `001/profile/01.jpg` where these are one person's. Empty for images that
    /// lie in no folder.
    ///
    /// That is the folder nearest to the file for which the fewest pairs contradict: two of a person in
    /// folders of two names, or of two people in folders of one.
    var people: [String] {
        let folders = images.map { $0.split(separator: "/").dropLast().map(String.init) }
        func names(_ level: Int) -> [String] {
            folders.map { $0.count > level ? $0[$0.count - 1 - level] : "" }
        }
        func contradictions(_ names: [String]) -> Int {
            pairs.count { ($0.same) != (names[$0.first] == names[$0.second]) }
        }
        let deepest = folders.map(\.count).max() ?? 0
        var best = names(0)
        var least = contradictions(best)
        for level in 1..<max(1, min(deepest, 8)) where least > 0 {
            let other = names(level)
            let count = contradictions(other)
            if count < least { (best, least) = (other, count) }
        }
        return best
    }
}
