import CommandKit
import FaceStudy
import FaceSynthesis
import Foundation

/// Built-in test sets, rendered into the output folder or a temporary one.
struct DrawnTests {
    /// The folder to be removed after the test; nil if nothing was rendered, or it is kept.
    private var temporary: URL?

    /// Renders the built-in sets, and replaces their names by the folders' paths.
    ///
    /// - Parameter output: The output folder; sets are kept in its `data`, as in a study.
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

    /// Removes the temporary folder.
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
