import Foundation

/// A set of any format: images with identities, or with pairs.
public enum ImageCollection: Sendable {
    case labelled(LabelledImageSet)
    case pairs(VerificationPairs)

    /// Opens a set of any format: a `.bin` file, or a folder of images with a list of pairs
    /// (`IMAGES,PAIRS`), as a test set; anything else as a training set.
    ///
    /// - Throws: ``FaceDataError``.
    public static func open(
        _ source: String, threads: Int = 1
    ) throws(FaceDataError) -> ImageCollection {
        let parts = source.split(separator: ",", maxSplits: 1).map(String.init)
        let exists = SystemPath.exists(source)
        if exists, PathText(source).ending == "bin" {
            return .pairs(try .pack(URL(fileURLWithPath: source)))
        }
        if !exists, parts.count == 2, SystemPath.kind(parts[0]) == .folder {
            return .pairs(
                try .open(images: URL(fileURLWithPath: parts[0]), pairs: parts[1]))
        }
        return .labelled(try .open(source, threads: threads))
    }

    /// The images.
    public var source: any ImageSource {
        switch self {
        case .labelled(let set): set.source
        case .pairs(let pairs): pairs.source
        }
    }

    /// Warnings about the files.
    public var warnings: [String] {
        switch self {
        case .labelled(let set): set.warnings
        case .pairs(let pairs): pairs.warnings
        }
    }
}
