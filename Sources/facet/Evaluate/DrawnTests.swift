import CommandKit
import FaceStudy
import FaceSynthesis
import Foundation

/// Built-in sets that a model is tested on: drawn beside the results, or where temporary files are.
struct DrawnTests {
    /// The folder that is removed when the model has been tested; nil if nothing was drawn, or it is kept.
    private var temporary: URL?

    /// Draws the built-in sets, and names their folders in their place.
    ///
    /// - Parameter output: Where results go; sets are kept in `data` there, as a study keeps them.
    mutating func draw(
        for configuration: inout StudyConfiguration, output: URL?, _ interrupt: Interrupt
    ) throws {
        for index in configuration.test.indices {
            guard let set = try BuiltInSet.named(configuration.test[index].images) else { continue }
            let folder = (output ?? makeTemporary()).appendingPathComponent("data")
                .appendingPathComponent(set.name)
            try drawBuiltIn(set, to: folder, interrupt)
            configuration.test[index].images = folder.path
        }
    }

    /// Removes what is not kept.
    func remove() {
        if let temporary { try? FileManager.default.removeItem(at: temporary) }
    }

    private mutating func makeTemporary() -> URL {
        let folder =
            temporary
            ?? FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        temporary = folder
        return folder
    }
}
