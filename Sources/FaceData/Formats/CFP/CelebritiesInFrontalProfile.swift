public import Foundation
import Spelling

/// Celebrities in Frontal-Profile as distributed (Sengupta et al., WACV 2016):
/// `Data/Images/ID/{frontal,profile}/NN.jpg`, the lists `Protocol/Pair_list_{F,P}.txt` of numbered
/// images, and the pairs of numbers of each of ten splits in
/// `Protocol/Split/{FF,FP}/NN/{same,diff}.txt`.
public enum CelebritiesInFrontalProfile {
    /// A protocol of the set.
    public enum Part: String, Sendable, CaseIterable {
        /// Pairs of two frontal faces.
        case frontalFrontal = "FF"
        /// Pairs of a frontal face and a profile.
        case frontalProfile = "FP"

        /// The protocol of a name, ignoring case; nil for other names.
        init?(named word: String) { self.init(rawValue: word.uppercased()) }
    }

    /// Whether a folder contains the set's lists.
    public static func isSet(_ root: URL) -> Bool {
        FileManager.default.fileExists(
            atPath: root.appendingPathComponent("Protocol/Pair_list_F.txt").path)
    }

    /// Reads a protocol.
    ///
    /// - Parameters:
    ///   - root: The folder that contains `Data` and `Protocol`.
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that is invalid or names a
    ///   missing image, ``FaceDataError/unreadable(path:reason:)`` for a missing list.
    public static func pairs(_ root: URL, _ part: Part) throws(FaceDataError) -> VerificationPairs {
        try requireFiles(of: part, in: root)
        let frontal = try images(root, "Pair_list_F.txt")
        let other =
            part == .frontalFrontal ? frontal : try images(root, "Pair_list_P.txt")
        var collector = Collector(root: root)
        let folder = root.appendingPathComponent("Protocol/Split/\(part.rawValue)")
        let splits = try LabelledImageSet.visibleNames(folder)
        guard !splits.isEmpty else {
            throw .unreadable(path: folder.path, reason: "it contains no splits")
        }
        for (fold, split) in splits.enumerated() {
            for (name, same) in [("same.txt", true), ("diff.txt", false)] {
                let file = folder.appendingPathComponent("\(split)/\(name)")
                try collector.add(file, same: same, fold: fold, frontal, other)
            }
        }
        return VerificationPairs(
            source: ImageFiles(collector.images, in: root), pairs: collector.pairs,
            folds: splits.count)
    }

    /// Throws an error that lists the expected files and what exists instead, if one is missing.
    private static func requireFiles(of part: Part, in root: URL) throws(FaceDataError) {
        let files = [
            "Protocol/Pair_list_F.txt", "Protocol/Pair_list_P.txt",
            "Protocol/Split/\(part.rawValue)", "Data/Images",
        ].filter { part == .frontalProfile || $0 != "Protocol/Pair_list_P.txt" }
        let missing = files.first {
            !FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path)
        }
        guard let missing else { return }
        // The nearest existing folder.
        var folder = PathText(missing).folder
        while !folder.isEmpty,
            !FileManager.default.fileExists(atPath: root.appendingPathComponent(folder).path)
        {
            folder = PathText(folder).folder
        }
        let names =
            (try? LabelledImageSet.visibleNames(root.appendingPathComponent(folder))) ?? []
        throw .unknownFormat(
            path: root.path,
            reason:
                "it is not CFP as distributed (with \(files.joined(separator: ", "))): it lacks "
                + "\(missing); \(folder.isEmpty ? "it" : "its folder \(folder)") holds "
                + (names.isEmpty ? "nothing" : names.someJoined()))
    }

    /// Paths of the images by number, relative to the set's folder.
    private static func images(_ root: URL, _ name: String) throws(FaceDataError) -> [Int: String] {
        let file = root.appendingPathComponent("Protocol/\(name)")
        var images: [Int: String] = [:]
        for line in try TextFile.lines(file) {
            let fields = TextFile.fields(line.text)
            // Whatever the path begins with, it ends with ID/kind/NN.jpg.
            let parts = fields.last?.split(separator: "/").suffix(3).map(String.init) ?? []
            guard fields.count == 2, let number = Int(fields[0]), parts.count == 3 else {
                throw .line(
                    path: file.path, line: line.number,
                    reason: "expected a number and a path, as "
                        + "'1 ../Data/Images/001/frontal/01.jpg'")
            }
            images[number] = "Data/Images/" + parts.joined(separator: "/")
        }
        return images
    }

    /// Collects pairs, and their images without repetition.
    private struct Collector {
        let root: URL
        var images: [String] = []
        var pairs: [VerificationPair] = []
        private var indices: [String: Int] = [:]

        init(root: URL) {
            self.root = root
        }

        mutating func add(
            _ file: URL, same: Bool, fold: Int, _ first: [Int: String], _ second: [Int: String]
        ) throws(FaceDataError) {
            for line in try TextFile.lines(file) {
                let numbers = TextFile.fields(line.text).map { Int($0) }
                guard numbers.count == 2, let left = numbers[0], let right = numbers[1] else {
                    throw .line(
                        path: file.path, line: line.number,
                        reason: "expected a pair of two numbers, as '1,2'")
                }
                guard let one = first[left], let other = second[right] else {
                    throw .line(
                        path: file.path, line: line.number,
                        reason: "there is no image \(first[left] == nil ? left : right) in the list"
                    )
                }
                pairs.append(
                    VerificationPair(
                        first: try image(one, file, line), second: try image(other, file, line),
                        same: same, fold: fold))
            }
        }

        private mutating func image(
            _ path: String, _ file: URL, _ line: TextFile.Line
        ) throws(FaceDataError) -> Int {
            if let index = indices[path] { return index }
            guard FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
            else {
                throw .line(
                    path: file.path, line: line.number,
                    reason: "there is no image \(quoted: path) in \(quoted: root.path)")
            }
            indices[path] = images.count
            images.append(path)
            return images.count - 1
        }
    }
}
