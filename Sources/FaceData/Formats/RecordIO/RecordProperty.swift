import Foundation

/// The file `property` beside an insightface pack: `identities,height,width`.
enum RecordProperty {
    /// The number of identities in it; nil if there is no such file.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` if it is not a list of three numbers.
    static func identities(beside pack: URL) throws(FaceDataError) -> Int? {
        let file = pack.deletingLastPathComponent().appendingPathComponent("property")
        guard SystemPath.exists(file.path) else { return nil }
        let line = try TextFile.lines(file).first?.text ?? ""
        let numbers = line.split(separator: ",").map {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        guard numbers.count == 3, let identities = numbers[0], identities > 0,
            !numbers.contains(nil)
        else {
            throw .line(
                path: file.path, line: 1,
                reason: "expected identities, height and width, as '85742,112,112'")
        }
        return identities
    }

    static func text(identities: Int, side: Int) -> String { "\(identities),\(side),\(side)\n" }
}
