import Foundation
import SafeFiles
import Spelling

/// `synthesis.json`: the specification of a folder of synthetic faces, written last.
struct SyntheticManifest: Codable, Sendable, Hashable {
    /// Name of the file within the set's folder.
    static let fileName = "synthesis.json"

    /// Version of the faces' appearance; see ``FaceRenderer/version``.
    var renderer: Int
    var set: SyntheticSet
    var images: Int
    /// Number of images filed under a wrong identity.
    var mislabelled: Int

    init(_ plan: SyntheticPlan) {
        renderer = FaceRenderer.version
        set = plan.set
        images = plan.imageCount
        mislabelled = plan.mislabelled.count
    }

    /// Reads the manifest of a folder.
    ///
    /// - Throws: ``FaceSynthesisError/unreadableManifest(path:reason:)``.
    init(folder: URL) throws(FaceSynthesisError) {
        let file = folder.appendingPathComponent(Self.fileName)
        do {
            try PlainFile.requireReadable(file)
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
        } catch {
            throw .unreadableManifest(path: file.path, reason: "\(error)")
        }
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// One line for error messages.
    var summary: String {
        "\(quoted: set.name) (\(set.identities) identities, \(images) images, seed \(set.seed), "
            + "variation \(set.variation), renderer \(renderer))"
    }
}
