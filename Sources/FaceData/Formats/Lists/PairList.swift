public import Foundation
import Spelling

extension VerificationPairs {
    /// Reads a plain list of pairs, one per line: `path path label` or `label path path`, separated
    /// by tabs, commas or spaces. The label is 1, 0, -1, true or false; a further field is the fold,
    /// numbered from 0 or 1. Without it, ten consecutive runs of pairs are the folds.
    ///
    /// A pair may also be two lines, each with a path and a flag, which is 0 for different people and any
    /// other number for the same person, as in the lists of CALFW and CPLFW. SLLFW's list only has paths: a
    /// pair is of one person if the files' names are equal apart from their numbers.
    ///
    /// Lines that begin with `#` are comments, and a first line without images is a header. If it calls
    /// a column `label`, `same` or the like, and all but two of the others `fold` or `id` or the like,
    /// the columns may be in any order. A file's case and ending may differ from the list.
    ///
    /// - Parameters:
    ///   - root: The folder that paths are relative to.
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that is invalid or names a
    ///   missing image.
    public static func list(_ file: URL, images root: URL) throws(FaceDataError)
        -> VerificationPairs
    {
        var reader = PairListReader(path: file.path, root: root)
        return try reader.read(TextFile.withoutComments(try TextFile.lines(file)))
    }

    /// The text of a plain list of these pairs: lines `path path label fold`, separated by tabs.
    ///
    /// - Parameter file: The list's file, for the message.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)`` if a path cannot be written in a line.
    public func listText(for file: URL) throws(FaceDataError) -> String {
        var listed: [String] = []
        listed.reserveCapacity(images.count)
        for image in images { listed.append(try Self.listed(image, in: file)) }
        return pairs.map {
            "\(listed[$0.first])\t\(listed[$0.second])\t\($0.same ? 1 : 0)\t\($0.fold)\n"
        }.joined()
    }

    /// A path as a field of a list. It must not contain tabs or line breaks; one that begins with a space,
    /// a quotation mark, `#` or a byte order mark is prefixed with `./`.
    private static func listed(_ path: String, in file: URL) throws(FaceDataError) -> String {
        guard !path.contains(where: { $0.isNewline || $0 == "\t" || $0 == "\0" }) else {
            throw .cannotWrite(
                path: file.path,
                reason:
                    "a line of it cannot hold the path \(quoted: path), which has a line break or a tab; "
                    + "write a .bin, or rename it")
        }
        guard let first = path.unicodeScalars.first else { return path }
        let isMark = first == "#" || first == "\"" || first == "\u{FEFF}"
        return isMark || first.properties.isWhitespace ? "./" + path : path
    }

    /// Reads a list of pairs in LFW's format or a plain one.
    ///
    /// - Throws: ``FaceDataError``.
    public static func anyList(_ file: URL, images root: URL) throws(FaceDataError)
        -> VerificationPairs
    {
        let first = try TextFile.lines(file).lazy.map(\.text).first { $0.first != "#" } ?? ""
        return PairsHeader.isNumbered(first)
            ? try read(file, images: root) : try list(file, images: root)
    }

    /// The pairs of a list without folds, with consecutive runs as folds.
    static func withoutFolds(
        _ pairs: [VerificationPair], of source: ImageFiles, path: String, wish: String
    ) -> VerificationPairs {
        var pairs = pairs
        let folds = consecutiveFolds(pairs.count)
        for index in pairs.indices { pairs[index].fold = folds.of[index] }
        let each = pairs.count / folds.count
        let sizes = pairs.count % folds.count == 0 ? "\(each)" : "\(each) or \(each + 1)"
        return VerificationPairs(
            source: source, pairs: pairs, folds: folds.count,
            warnings: [
                "\(quoted: path) has no folds: \(counted(folds.count, "consecutive run")) of its "
                    + "\(counted(pairs.count, "pair")), \(sizes) each, "
                    + "\(folds.count == 1 ? "is" : "are") used as folds; add \(wish) to define them"
            ])
    }
}

/// The positions of images, label and fold in the lines of a plain list.
private struct PairForm {
    let isLabelFirst: Bool
    let hasFold: Bool
    /// Number of fields of the first line, for lines whose images have no known extension.
    private let fields: Int

    /// Determines the form from a list's first line.
    init(of line: String, _ root: URL) {
        let first = LineFields(line)
        fields = first.count
        func isLabel(_ index: Int) -> Bool { Self.label(first.texts[index]) != nil }
        guard let (one, other) = Self.images(first) else {
            isLabelFirst = first.count == 3 && isLabel(0) && !isLabel(2)
            hasFold = first.count == 4
            return
        }
        let following = first.count - 1 - other
        isLabelFirst =
            following == 0
            || following == 1 && one > 0 && isLabel(0)
                && !SystemPath.exists(ImageFiles([first.text(0...one)], in: root).path(of: 0))
        hasFold = following == (isLabelFirst ? 1 : 2)
    }

    /// A line's images, label and fold; nil if it has another form.
    func parts(_ line: String) -> (images: [String], label: String, fold: String?)? {
        let all = LineFields(line)
        let start = isLabelFirst ? 1 : 0
        let further = (isLabelFirst ? 0 : 1) + (hasFold ? 1 : 0)
        let (one, other) = Self.images(all) ?? (start, start + 1)
        guard all.count == other + 1 + further, one >= start, other > one,
            Self.images(all) != nil || all.count == fields
        else { return nil }
        return (
            [all.text(start...one), all.text(one + 1...other)],
            isLabelFirst ? all.texts[0] : all.texts[other + 1], hasFold ? all.texts.last : nil
        )
    }

    /// The indices of the fields in which the two paths end; nil if unknown.
    private static func images(_ fields: LineFields) -> (Int, Int)? {
        let indices = fields.texts.indices.filter { LabelledImageSet.isImage(fields.texts[$0]) }
        return indices.count == 2 ? (indices[0], indices[1]) : nil
    }

    static func label(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "1.0", "true", "same": true
        case "0", "0.0", "-1", "-1.0", "false", "different": false
        default: nil
        }
    }
}

/// Reads a plain list of pairs.
private struct PairListReader {
    let path: String
    private var finder: ImageFinder
    private var images: [String] = []
    private var indices: [String: Int] = [:]
    /// Files that are spelt differently from the list.
    private var respelt: [String] = []

    init(path: String, root: URL) {
        self.path = path
        finder = ImageFinder(root: root)
    }

    mutating func read(_ lines: [TextFile.Line]) throws(FaceDataError) -> VerificationPairs {
        var lines = lines[...]
        var columns: PairColumns?
        if lines.count > 1, let first = lines.first, namesColumns(first.text) {
            columns = PairColumns(first.text)
            lines.removeFirst()
        }
        guard let first = lines.first else {
            throw .line(path: path, line: 1, reason: "the list has no pairs")
        }
        let isTwoLines = PairsHeader.isImageOfTwo(TextFile.fields(first.text))
        let form = PairForm(of: first.text, finder.root)
        var pairs: [VerificationPair] = []
        if isTwoLines {
            pairs = try pairsOfTwoLines(lines)
        } else {
            for line in lines { pairs.append(try pair(line, form, columns)) }
        }
        var result =
            (columns?.hasFold ?? form.hasFold) && !isTwoLines
            ? try withFolds(pairs)
            : VerificationPairs.withoutFolds(
                pairs, of: ImageFiles(images, in: finder.root), path: path, wish: "a fourth field")
        let warning = ImageFinder.warning(of: respelt, URL(fileURLWithPath: path))
        result.warnings += warning.map { [$0] } ?? []
        return result
    }

    /// Whether a line is a header.
    private func namesColumns(_ line: String) -> Bool {
        TextFile.fields(line).count > 2 && ListColumns.areTitles(line, images: finder.root)
    }

    /// The pairs with the folds of the list, which must be numbered without gaps.
    private func withFolds(
        _ pairs: [VerificationPair]
    ) throws(FaceDataError) -> VerificationPairs {
        let folds = Set(pairs.map(\.fold)).sorted()
        let first = folds.first ?? 0
        guard first <= 1, folds == Array(first..<first + folds.count) else {
            throw .line(
                path: path, line: 1,
                reason: "folds must be numbered 0, 1, 2, ... or 1, 2, 3, ...")
        }
        // Sorted by fold, whatever the order of the list.
        var byFold = [[VerificationPair]](repeating: [], count: folds.count)
        for var pair in pairs {
            pair.fold -= first
            byFold[pair.fold].append(pair)
        }
        return VerificationPairs(
            source: ImageFiles(images, in: finder.root), pairs: byFold.flatMap { $0 },
            folds: folds.count)
    }

    private mutating func pairsOfTwoLines(
        _ lines: ArraySlice<TextFile.Line>
    ) throws(FaceDataError) -> [VerificationPair] {
        guard lines.count.isMultiple(of: 2) else {
            throw .line(
                path: path, line: lines.last?.number ?? 1,
                reason: "the list has a line for each image of a pair, and an odd number of lines")
        }
        var pairs: [VerificationPair] = []
        for index in stride(from: lines.startIndex, to: lines.endIndex, by: 2) {
            let (first, second) = (lines[index], lines[index + 1])
            let (one, other) = (TextFile.fields(first.text), TextFile.fields(second.text))
            guard PairsHeader.isImageOfTwo(other), one.count == other.count else {
                throw .line(
                    path: path, line: second.number,
                    reason: "expected the other image of the pair of line \(first.number)")
            }
            let same = try isOfOnePerson(one, other, second.number)
            pairs.append(
                VerificationPair(
                    first: try image(one[0], first.number),
                    second: try image(other[0], second.number),
                    same: same, fold: 0))
        }
        return pairs
    }

    /// Whether the pair of two lines is of one person.
    private func isOfOnePerson(
        _ one: [String], _ other: [String], _ line: Int
    ) throws(FaceDataError) -> Bool {
        guard let flag = one.dropFirst().first, let second = other.dropFirst().first else {
            return Self.person(one[0]) == Self.person(other[0])
        }
        guard let number = Int(flag), Int(second) == number else {
            throw .line(
                path: path, line: line,
                reason:
                    "the flags of a pair's images are \(quoted: flag) and \(quoted: second); both "
                    + "must be 0 for "
                    + "two people, or another number for one")
        }
        return number != 0
    }

    /// A file's name without its number: `Aaron_Peirsol` for `Aaron_Peirsol_0003.jpg`.
    private static func person(_ path: String) -> Substring {
        let name = PathText(path).withoutEnding.split(separator: "/").last ?? ""
        return name.prefix(upTo: name.lastIndex(of: "_") ?? name.endIndex)
    }

    private mutating func pair(
        _ line: TextFile.Line, _ form: PairForm, _ columns: PairColumns?
    ) throws(FaceDataError) -> VerificationPair {
        let parts = columns.map { $0.parts(line.text) } ?? form.parts(line.text)
        guard let (names, label, foldText) = parts else {
            throw .line(
                path: path, line: line.number,
                reason: columns == nil
                    ? "expected three fields, as 'a/1.jpg b/2.jpg 0', or four with a fold"
                    : "it has no pair in the columns that the first line names")
        }
        guard let same = PairForm.label(label) else {
            throw .line(
                path: path, line: line.number,
                reason: "invalid label \(quoted: label); it must be 1 or 0"
            )
        }
        let fold = foldText.map { Int($0) } ?? 0
        guard let fold, (0..<1_000_000).contains(fold) else {
            throw .line(
                path: path, line: line.number, reason: "invalid fold \(quoted: foldText ?? "")")
        }
        return VerificationPair(
            first: try image(names[0], line.number), second: try image(names[1], line.number),
            same: same, fold: fold)
    }

    private mutating func image(_ name: String, _ line: Int) throws(FaceDataError) -> Int {
        if let index = indices[name] { return index }
        switch finder.find(name) {
        case .file(let file):
            if file != name { respelt.append("\(quoted: name) is \(quoted: file)") }
            // Two spellings in the list may be the same file.
            let index = indices[file] ?? images.count
            if index == images.count { images.append(file) }
            (indices[name], indices[file]) = (index, index)
            return index
        case .missing(let instead):
            throw .line(path: path, line: line, reason: finder.refusal(of: name, instead))
        }
    }
}
