public import Foundation

extension VerificationPairs {
    /// Reads a `pairs.txt` as LFW has it.
    ///
    /// The first line has the number of folds and of pairs of each kind in a fold (`10 300`), or
    /// only the latter (`500`, LFW's View 1) for one fold. Then, for each fold, as many lines
    /// `name i j` and as many lines `name i other j`. Image `i` of a person is
    /// `name/name_000i.jpg` (or another of ``LabelledImageSet/endings``).
    ///
    /// - Throws: ``FaceDataError/pairs(path:line:reason:)`` for a line that cannot be understood, a
    ///   wrong count, or an image that is missing.
    public static func read(_ file: URL, images root: URL) throws(FaceDataError)
        -> VerificationPairs
    {
        let store = try FileReader(file)
        guard
            let text = String(
                bytes: try store.bytes(at: 0, count: store.size), encoding: .utf8)
        else { throw .unreadable(path: file.path, reason: "it is no text in UTF-8") }
        var reader = PairsReader(path: file.path, root: root)
        return try reader.read(text)
    }

    /// The text of a `pairs.txt` for pairs whose images are named as LFW names them.
    public static func text(
        folds: [(same: [(String, Int, Int)], different: [(String, Int, String, Int)])]
    ) -> String {
        var lines = ["\(folds.count)\t\(folds.first?.same.count ?? 0)"]
        for fold in folds {
            lines += fold.same.map { "\($0.0)\t\($0.1)\t\($0.2)" }
            lines += fold.different.map { "\($0.0)\t\($0.1)\t\($0.2)\t\($0.3)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Reads a list of pairs line by line.
private struct PairsReader {
    let path: String
    let root: URL
    private var images: [String] = []
    private var places: [String: Int] = [:]
    /// Endings of image files, the usual one first.
    private static let endings = ["jpg"] + LabelledImageSet.endings.subtracting(["jpg"]).sorted()

    init(path: String, root: URL) {
        self.path = path
        self.root = root
    }

    mutating func read(_ text: String) throws(FaceDataError) -> VerificationPairs {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated().map { (number: $0 + 1, fields: Self.fields($1)) }
            .filter { !$0.fields.isEmpty }
        let (folds, each) = try header(lines.first?.fields ?? [])
        let expected = folds * each * 2
        guard lines.count - 1 == expected else {
            throw .pairs(
                path: path, line: 1,
                reason: "the header announces \(expected) pairs, but \(lines.count - 1) follow")
        }
        var pairs: [VerificationPairs.Pair] = []
        for (place, line) in lines.dropFirst().enumerated() {
            let isSame = place % (2 * each) < each
            pairs.append(
                try pair(line.fields, line.number, same: isSame, fold: place / (2 * each)))
        }
        return VerificationPairs(
            source: ImageFiles(images, in: root), pairs: pairs, folds: folds)
    }

    /// Fields between tabs, so that names may have spaces; between spaces where there is no tab.
    private static func fields(_ line: Substring) -> [String] {
        let separator: Character = line.contains("\t") ? "\t" : " "
        return line.split(separator: separator)
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func header(_ fields: [String]) throws(FaceDataError) -> (folds: Int, each: Int) {
        let numbers = fields.compactMap(Int.init)
        guard numbers.count == fields.count, (1...2).contains(numbers.count),
            numbers.allSatisfy({ (1...1_000_000).contains($0) })
        else {
            throw .pairs(
                path: path, line: 1,
                reason: "the header must be the number of folds and of pairs of each kind in a "
                    + "fold, as '10 300'")
        }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : (1, numbers[0])
    }

    private mutating func pair(
        _ fields: [String], _ line: Int, same: Bool, fold: Int
    ) throws(FaceDataError) -> VerificationPairs.Pair {
        guard fields.count == (same ? 3 : 4) else {
            throw .pairs(
                path: path, line: line,
                reason: same
                    ? "a pair of one person has three fields, as 'name 1 2'"
                    : "a pair of two people has four fields, as 'name 1 other 2'")
        }
        let second = same ? fields[0] : fields[2]
        return VerificationPairs.Pair(
            first: try image(fields[0], fields[1], line),
            second: try image(second, fields[same ? 2 : 3], line), same: same, fold: fold)
    }

    private mutating func image(
        _ name: String, _ number: String, _ line: Int
    ) throws(FaceDataError) -> Int {
        guard let number = Int(number), number >= 0 else {
            throw .pairs(path: path, line: line, reason: "'\(number)' is no image number")
        }
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        let stem = "\(name)/\(name)_\(padded)"
        if let place = places[stem] { return place }
        let file = Self.endings.map { "\(stem).\($0)" }.first {
            FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path)
        }
        guard let file else {
            throw .pairs(
                path: path, line: line, reason: "there is no image '\(stem).jpg' in '\(root.path)'")
        }
        places[stem] = images.count
        images.append(file)
        return images.count - 1
    }
}
