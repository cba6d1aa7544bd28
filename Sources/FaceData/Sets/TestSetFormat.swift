public import Foundation
import Spelling

extension VerificationPairs {
    /// Opens a test set of any format.
    ///
    /// | images | pairs | read as |
    /// |---|---|---|
    /// | `lfw.bin` | | a verification pack |
    /// | folder | `pairs.txt` | LFW's list of pairs |
    /// | folder | another list | a plain list of pairs, see ``list(_:images:)`` |
    /// | folder | | LFW's list of pairs in the folder's `pairs.txt` |
    /// | CFP's folder | `FP` or `FF` | ``CelebritiesInFrontalProfile`` |
    ///
    /// - Throws: ``FaceDataError`` if it cannot be read or has an unknown format.
    public static func open(images: URL, pairs: String) throws(FaceDataError) -> VerificationPairs {
        try opened(images: images, pairs: pairs).withLabelWarning()
    }

    private static func opened(
        images: URL, pairs: String
    ) throws(FaceDataError) -> VerificationPairs {
        guard let kind = SystemPath.kind(images.path) else {
            throw .unreadable(
                path: images.path,
                reason: FileReader.obstacle(to: images) ?? "it cannot be found")
        }
        guard kind == .folder else {
            try ForeignTestSet.refuse(images)
            guard pairs.isEmpty else {
                throw .unknownFormat(
                    path: images.path,
                    reason: "a verification pack has its pairs within; leave out \(quoted: pairs)")
            }
            return try pack(images)
        }
        let part = CelebritiesInFrontalProfile.Part(named: pairs)
        if let part, !FileManager.default.fileExists(atPath: pairs) {
            return try CelebritiesInFrontalProfile.pairs(images, part)
        }
        if CelebritiesInFrontalProfile.isSet(images) {
            guard let part else {
                throw .unknownFormat(
                    path: images.path,
                    reason: "it is CFP, whose protocols are FP and FF; add ',FP' or ',FF'")
            }
            return try CelebritiesInFrontalProfile.pairs(images, part)
        }
        let list =
            pairs.isEmpty
            ? images.appendingPathComponent("pairs.txt") : URL(fileURLWithPath: pairs)
        return try anyList(list, images: images)
    }
}
