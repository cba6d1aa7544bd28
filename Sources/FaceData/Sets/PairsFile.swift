public import Foundation
import Spelling

extension VerificationPairs {
    /// Reads LFW's `pairs.txt`.
    ///
    /// The first line has the numbers of folds and of pairs of each kind in a fold (`10 300`), or only
    /// the latter (`500`, LFW's View 1) for one fold. For each fold, that many lines `name i j` and
    /// that many lines `name i other j` follow. Image `i` of a person is `name/name_000i.jpg` (or
    /// another of ``LabelledImageSet/endings``, in upper or lower case, with any number of leading
    /// zeros). Fields are separated by tabs, spaces or commas; lines that begin with `#` are comments.
    ///
    /// In lists without the first line, such as RFW's, the folds follow from the order of pairs if runs of
    /// matching pairs alternate with equally long runs of non-matching ones; otherwise, ten consecutive parts
    /// are the folds.
    ///
    /// LFW's CSV files, whose first line is `name,imagenum1,imagenum2` or similar, have neither folds
    /// nor counts: a line of three fields is a matching pair, one of four fields a non-matching pair.
    ///
    /// - Throws: ``FaceDataError/pairs(path:line:reason:)`` for an invalid line, a wrong count, or
    ///   a missing image.
    public static func read(_ file: URL, images root: URL) throws(FaceDataError)
        -> VerificationPairs
    {
        var reader = PairsReader(path: file.path, root: root)
        return try reader.read(try TextFile.lines(file).filter { $0.text.first != "#" })
    }

    /// The text of a `pairs.txt` for images named as in LFW.
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

/// The first line of a list of numbered images.
enum PairsHeader {
    /// Whether a list with this first line refers to images by number, like LFW's.
    static func isNumbered(_ first: String) -> Bool {
        let fields = TextFile.fields(first)
        return fields.count < 3 && !isImageOfTwo(fields) || isColumns(first)
            || numberedPair(first) != nil
    }

    /// Whether a line has only one of a pair's images, as in the lists of CALFW and CPLFW (`a.jpg 1`) and SLLFW
    /// (`a.jpg`).
    static func isImageOfTwo(_ fields: [String]) -> Bool {
        (1...2).contains(fields.count) && LabelledImageSet.isImage(fields[0])
    }

    /// Whether a line is the header of one of LFW's CSV files.
    static func isColumns(_ line: String) -> Bool {
        let names = TextFile.fields(line).map { $0.lowercased() }
        return (3...4).contains(names.count) && names[0].hasPrefix("name")
            && names[1].hasPrefix("imagenum")
            && names.dropFirst(2).allSatisfy { $0.hasPrefix("imagenum") || $0.hasPrefix("name") }
    }

    /// The fields of a pair of numbered images: three for a matching pair, four for a non-matching
    /// one; nil for other lines. Names may contain spaces even if these separate fields.
    static func numberedPair(_ line: String) -> [String]? {
        if line.utf8.contains(FieldSeparator.tab.rawValue) { return pair(LineFields(line, .tab)) }
        return pair(LineFields(line, .comma)) ?? pair(LineFields(line, .space))
    }

    private static func pair(_ fields: LineFields) -> [String]? {
        let texts = fields.texts
        func isNumber(_ index: Int) -> Bool {
            texts[index].utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        guard texts.count >= 3, isNumber(texts.count - 1),
            !texts.contains(where: LabelledImageSet.isImage)
        else { return nil }
        if texts.count == 3 ? isNumber(1) : texts.count == 4 && isNumber(1) { return texts }
        guard fields.separator == .space else { return nil }
        // A name of several words.
        let last = texts.count - 1
        guard let other = (1..<last).last(where: isNumber) else {
            return nil
        }
        if other == last - 1 { return [fields.text(0...other - 1)] + texts[other...] }
        return [
            fields.text(0...other - 1), texts[other], fields.text(other + 1...last - 1),
            texts[last],
        ]
    }
}

/// Reads a list of pairs line by line.
private struct PairsReader {
    let path: String
    private var finder: ImageFinder
    private var images: [String] = []
    private var indices: [String: Int] = [:]

    init(path: String, root: URL) {
        self.path = path
        finder = ImageFinder(root: root)
    }

    mutating func read(_ lines: [TextFile.Line]) throws(FaceDataError) -> VerificationPairs {
        if let first = lines.first, PairsHeader.isColumns(first.text) {
            return try readColumns(lines.dropFirst())
        }
        if lines.count > 1, PairsHeader.numberedPair(lines[0].text) != nil {
            return try readHeaderless(lines)
        }
        let (folds, each) = try header(lines)
        let expected = folds * each * 2
        guard lines.count - 1 == expected else {
            throw .pairs(
                path: path, line: 1,
                reason: "the header announces \(counted(expected, "pair")), but \(lines.count - 1) "
                    + "\(lines.count == 2 ? "follows" : "follow")")
        }
        var pairs: [VerificationPair] = []
        for (index, line) in lines.dropFirst().enumerated() {
            let isSame = index % (2 * each) < each
            pairs.append(try pair(line, same: isSame, fold: index / (2 * each)))
        }
        return VerificationPairs(
            source: ImageFiles(images, in: finder.root), pairs: pairs, folds: folds)
    }

    /// Reads a list without a header, such as RFW's: three fields for a matching pair, four for a
    /// non-matching one.
    ///
    /// If runs of matching pairs alternate with equally long runs of non-matching ones, as in LFW's
    /// list, these are the folds.
    private mutating func readHeaderless(
        _ lines: [TextFile.Line]
    ) throws(FaceDataError) -> VerificationPairs {
        let same = lines.map { PairsHeader.numberedPair($0.text).map { $0.count == 3 } ?? true }
        let each = same.firstIndex(of: false) ?? same.count
        let isEven =
            each > 0 && same.count % (2 * each) == 0
            && same.indices.allSatisfy { same[$0] == ($0 % (2 * each) < each) }
        guard isEven else { return try readColumns(lines[...]) }
        var pairs: [VerificationPair] = []
        for (index, line) in lines.enumerated() {
            pairs.append(try pair(line, same: same[index], fold: index / (2 * each)))
        }
        let folds = same.count / (2 * each)
        let name = URL(fileURLWithPath: path).lastPathComponent
        return VerificationPairs(
            source: ImageFiles(images, in: finder.root), pairs: pairs, folds: folds,
            warnings: [
                "\(quoted: name) does not have LFW's first line, '\(folds) \(each)' for what it "
                    + "holds: by the order of its "
                    + "pairs it has \(counted(folds, "fold")) of \(counted(each, "pair")) of each kind"
            ])
    }

    /// Reads the lines of LFW's CSV files, and of lists without a header.
    private mutating func readColumns(
        _ lines: ArraySlice<TextFile.Line>
    ) throws(FaceDataError) -> VerificationPairs {
        var pairs: [VerificationPair] = []
        for line in lines {
            let isSame = PairsHeader.numberedPair(line.text).map { $0.count == 3 } ?? true
            pairs.append(try pair(line, same: isSame, fold: 0))
        }
        guard !pairs.isEmpty else {
            throw .pairs(path: path, line: 1, reason: "no pairs follow the names of the columns")
        }
        return .withoutFolds(
            pairs, of: ImageFiles(images, in: finder.root), path: path,
            wish: "a first line '10 300', folds and pairs of each kind in a fold,")
    }

    private func header(
        _ lines: [TextFile.Line]
    ) throws(FaceDataError) -> (folds: Int, each: Int) {
        let first = lines.first
        let fields = TextFile.fields(first?.text ?? "")
        let numbers = fields.compactMap(Int.init)
        guard numbers.count == fields.count, (1...2).contains(numbers.count),
            numbers.allSatisfy({ (1...1_000_000).contains($0) })
        else {
            throw .pairs(
                path: path, line: first?.number ?? 1,
                reason:
                    "the header must be the number of folds and of pairs of each kind in a fold, "
                    + "as '10 300', or there must be none, and each line a pair, as 'name 1 2' or "
                    + "'name 1 other 2'")
        }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : (1, numbers[0])
    }

    private mutating func pair(
        _ line: TextFile.Line, same: Bool, fold: Int
    ) throws(FaceDataError) -> VerificationPair {
        let fields = PairsHeader.numberedPair(line.text) ?? TextFile.fields(line.text)
        guard fields.count == (same ? 3 : 4) else {
            throw .pairs(
                path: path, line: line.number,
                reason: same
                    ? "a pair of one person has three fields, as 'name 1 2'"
                    : "a pair of two people has four fields, as 'name 1 other 2'")
        }
        let second = same ? fields[0] : fields[2]
        return VerificationPair(
            first: try image(fields[0], fields[1], line.number),
            second: try image(second, fields[same ? 2 : 3], line.number), same: same, fold: fold)
    }

    private mutating func image(
        _ name: String, _ text: String, _ line: Int
    ) throws(FaceDataError) -> Int {
        guard let number = Int(text), number >= 0 else {
            throw .pairs(path: path, line: line, reason: "\(quoted: text) is not an image number")
        }
        let key = "\(name)/\(number)"
        if let index = indices[key] { return index }
        switch finder.find(name, number) {
        case .file(let file):
            indices[key] = images.count
            images.append(file)
            return images.count - 1
        case .missing(let instead):
            let digits = String(number)
            let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            throw .pairs(
                path: path, line: line,
                reason: finder.refusal(of: "\(name)/\(name)_\(padded).jpg", instead))
        }
    }
}
