import FaceData
import FaceSynthesis
import Foundation
import Testing

@testable import FaceStudy

@Suite("Built-in sets")
struct BuiltInSetTests {
    @Test("The templates that are planned are those that are drawn")
    func templates() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-built-in-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let whole = try #require(try BuiltInSet.named("synthetic:templates"))
        var set = try whole.scaled(by: 0.03)
        set.size = 16
        try BuiltInSet.write(set, to: folder, threads: 2) { _, _ in }
        let planned = try BuiltInSet.plannedTemplates(set)
        let drawn = try #require(try TemplateSet.open(images: folder, pairs: ""))
        #expect(drawn.images == planned.images)
        #expect(drawn.templates.map(\.name) == planned.templates.map(\.name))
        #expect(drawn.templates.map(\.members.count) == planned.templates.map(\.members.count))
        #expect(drawn.galleries == planned.galleries && drawn.probes == planned.probes)
        #expect(drawn.galleries.map(\.templates.count) == [11, 10])
        #expect(drawn.people == planned.people && drawn.warnings.isEmpty)
    }

    @Test("The quick comparison has pairs and templates, and templates alone are no study")
    func preset() throws {
        let tests = StudyPreset.quick.configuration.test
        #expect(tests.map(\.images) == ["synthetic:pairs", "synthetic:templates"])
        var configuration = StudyPreset.quick.configuration
        configuration.test.removeFirst()
        #expect(throws: FaceStudyError.onlyTemplates(name: "templates")) {
            try Study(configuration, folder: FileManager.default.temporaryDirectory)
                .preview(StudyControl())
        }
    }
}
