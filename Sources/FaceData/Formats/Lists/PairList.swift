public import Foundation

extension VerificationPairs {
    /// Reads a plain list of pairs: a line for each, `path path label` or `label path path`,
    /// with tabs, commas or spaces between. The label is 1, 0, -1, true or false; a fourth field is
    /// the fold, from 0. Without folds, ten consecutive runs of pairs are the folds.
    ///
    /// - Parameters:
    ///   - root: The folder that paths are relative to.
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that cannot be understood or
    ///   names an image that is missing.
    public static func list(_ file: URL, images root: URL) throws(FaceDataError)
        -> VerificationPairs
    {
        var reader = PairListReader(path: file.path, root: root)
        return try reader.read(try TextFile.lines(file))
    }

    /// The text of a plain list of these pairs: `path path label fold`, with tabs between.
    public var listText: String {
        pairs.map {
            "\(images[$0.first])\t\(images[$0.second])\t\($0.same ? 1 : 0)\t\($0.fold)\n"
        }.joined()
    }

    /// Reads a list of pairs, as LFW has it or plain, whichever it is.
    ///
    /// - Throws: ``FaceDataError``.
    public static func anyList(_ file: URL, images root: URL) throws(FaceDataError)
        -> VerificationPairs
    {
        let first = try TextFile.lines(file).first.map { TextFile.fields($0.text) } ?? []
        return first.count < 3
            ? try read(file, images: root) : try list(file, images: root)
    }
}

/// Reads a plain list of pairs.
private struct PairListReader {
    let path: String
    let root: URL
    private var images: [String] = []
    private var places: [String: Int] = [:]

    init(path: String, root: URL) {
        self.path = path
        self.root = root
    }

    mutating func read(_ lines: [TextFile.Line]) throws(FaceDataError) -> VerificationPairs {
        var pairs: [VerificationPairs.Pair] = []
        let first = lines.first.map { TextFile.fields($0.text) } ?? []
        let isLabelFirst =
            first.first.flatMap(Self.label) != nil && first.count == 3
            && Self.label(first[2]) == nil
        for line in lines {
            pairs.append(try pair(line, labelFirst: isLabelFirst, fields: first.count))
        }
        guard !pairs.isEmpty else {
            throw .line(path: path, line: 1, reason: "the list has no pairs")
        }
        if first.count == 4 { return try withFolds(pairs) }
        let folds = VerificationPairs.consecutiveFolds(pairs.count)
        for place in pairs.indices { pairs[place].fold = folds.of[place] }
        let each = pairs.count / folds.count
        let sizes = pairs.count % folds.count == 0 ? "\(each)" : "\(each) or \(each + 1)"
        return VerificationPairs(
            source: ImageFiles(images, in: root), pairs: pairs, folds: folds.count,
            remarks: [
                "'\(path)' names no folds: \(folds.count) consecutive runs of its \(pairs.count) "
                    + "pairs, \(sizes) each, are taken as folds; a fourth field would name them"
            ])
    }

    /// The folds that the list names, which must be numbered without gaps.
    private func withFolds(
        _ pairs: [VerificationPairs.Pair]
    ) throws(FaceDataError) -> VerificationPairs {
        let folds = Set(pairs.map(\.fold)).sorted()
        guard folds == Array(folds.indices) else {
            throw .line(path: path, line: 1, reason: "the folds are not numbered 0, 1, 2, ...")
        }
        // Fold after fold, whatever order the list has.
        let ordered = folds.flatMap { fold in pairs.filter { $0.fold == fold } }
        return VerificationPairs(
            source: ImageFiles(images, in: root), pairs: ordered, folds: folds.count)
    }

    private mutating func pair(
        _ line: TextFile.Line, labelFirst: Bool, fields count: Int
    ) throws(FaceDataError) -> VerificationPairs.Pair {
        var fields = TextFile.fields(line.text)
        guard fields.count == count, (3...4).contains(count) else {
            throw .line(
                path: path, line: line.number,
                reason: "a pair has three fields, as 'a/1.jpg b/2.jpg 0', or four with a fold")
        }
        let label = labelFirst ? fields.removeFirst() : fields.remove(at: 2)
        guard let same = Self.label(label) else {
            throw .line(
                path: path, line: line.number, reason: "'\(label)' is no label: it must be 1 or 0")
        }
        let fold = fields.count == 3 ? Int(fields[2]) : 0
        guard let fold, (0..<1_000_000).contains(fold) else {
            throw .line(path: path, line: line.number, reason: "'\(fields[2])' is no fold")
        }
        return VerificationPairs.Pair(
            first: try image(fields[0], line.number), second: try image(fields[1], line.number),
            same: same, fold: fold)
    }

    private static func label(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "true", "same": true
        case "0", "-1", "false", "different": false
        default: nil
        }
    }

    private mutating func image(_ name: String, _ line: Int) throws(FaceDataError) -> Int {
        if let place = places[name] { return place }
        let files = ImageFiles([name], in: root)
        guard FileManager.default.fileExists(atPath: files.path(of: 0)) else {
            throw .line(
                path: path, line: line, reason: "there is no image '\(name)' in '\(root.path)'")
        }
        places[name] = images.count
        images.append(name)
        return images.count - 1
    }
}
