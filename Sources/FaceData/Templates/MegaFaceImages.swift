public import Foundation
import Spelling

/// MegaFace's images with insightface's lists: probes of FaceScrub, and distractors.
public struct MegaFaceImages: Sendable {
    /// The images, the probes first.
    public let source: any ImageSource
    /// The person of each probe.
    public let people: [String]
    /// Numbers of probes and distractors that are left out as noise.
    public var noisy: (probes: Int, distractors: Int) { lists.noisy }
    /// The lists that name the images.
    let lists: MegaFaceLists

    /// Whether some of the first probes' images exist, as they do not in a folder of features.
    public var hasImages: Bool {
        (0..<min(100, people.count)).contains { SystemPath.exists(source.path(of: $0)) }
    }

    /// The images with the probes' people, without templates.
    public var unpaired: TemplateSet {
        TemplateSet(source: source, templates: [], people: Set(people).sorted())
    }

    /// Names of the folders of images, as used by insightface and the development kit.
    private static let folders = [
        ["facescrub", "facescrub_images"], ["megaface", "megaface_images"],
    ]

    /// Opens MegaFace, if two folders contain it.
    ///
    /// - Parameters:
    ///   - images: A folder with `facescrub` (or `facescrub_images`) and `megaface` (or `megaface_images`).
    ///   - lists: A folder with `facescrub_lst` and `megaface_lst`; empty for the folder of images.
    /// - Returns: nil for another test set.
    /// - Throws: ``FaceDataError`` if it is MegaFace but cannot be read.
    public static func open(images: URL, lists: String) throws(FaceDataError) -> MegaFaceImages? {
        let folder = lists.isEmpty ? images : URL(fileURLWithPath: lists)
        guard SystemPath.kind(images.path) == .folder, MegaFaceLists.isSet(folder) else {
            return nil
        }
        let names = try folders.map { (names) throws(FaceDataError) -> String in
            let found = names.first {
                SystemPath.kind(images.appendingPathComponent($0).path) == .folder
            }
            guard let found else {
                throw .unreadable(
                    path: images.path,
                    reason:
                        "it has no folder \(quoted: names[0]) or \(quoted: names[1]), as MegaFace's lists "
                        + "in \(quoted: folder.path) want")
            }
            return found
        }
        let read = try MegaFaceLists(folder)
        func path(_ entry: String, _ index: Int) -> String {
            names[index] + entry.drop { $0 != "/" }
        }
        return MegaFaceImages(
            source: ImageFiles(
                read.probes.map { path($0.path, 0) } + read.distractors.map { path($0, 1) },
                in: images),
            people: read.probes.map(\.person), lists: read)
    }
}
