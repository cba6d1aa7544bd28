import Foundation
import Testing

@testable import FaceData

@Suite("QMUL-SurvFace")
struct SurvFaceReaderTests {
    private func withSet(
        _ files: [String], _ body: (URL) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-survface-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = folder.appendingPathComponent("Face_Identification_Test_Set")
        for name in ["gallery", "mated_probe", "unmated_probe"] {
            try FileManager.default.createDirectory(
                at: root.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        for file in files { try Data([0]).write(to: root.appendingPathComponent(file)) }
        try body(folder)
    }

    private static let files = [
        "gallery/7_cam1_1.jpg", "gallery/7_cam2_1.jpg", "gallery/12_cam1_3.jpg",
        "gallery/readme.txt", "mated_probe/12_cam4_1.jpg", "mated_probe/7_cam3_9.jpg",
        "unmated_probe/99_cam1_1.jpg",
    ]

    @Test("A person's gallery images are one template, and each probe is one")
    func layout() throws {
        try withSet(Self.files) { folder in
            let root = folder.appendingPathComponent("Face_Identification_Test_Set")
            for place in [folder, root] {
                let set = try #require(try TemplateSet.open(images: place, pairs: ""))
                #expect(set.people == ["12", "7", "99"])
                #expect(
                    set.templates.map(\.name) == [
                        "gallery/12", "gallery/7", "mated_probe/12_cam4_1.jpg",
                        "mated_probe/7_cam3_9.jpg", "unmated_probe/99_cam1_1.jpg",
                    ])
                #expect(set.templates.map(\.members.count) == [1, 2, 1, 1, 1])
                #expect(set.templates.map(\.person) == [0, 1, 0, 1, 2])
                #expect(set.galleries.map(\.templates) == [[0, 1]] && set.probes == [2, 3, 4])
                #expect(set.images[set.templates[1].members[1].image] == "gallery/7_cam2_1.jpg")
            }
        }
    }

    @Test(
        "What contradicts the layout is named",
        arguments: [
            ("mated_probe/5_cam1_1.jpg", "person 5 is not in the gallery"),
            ("unmated_probe/7_cam1_1.jpg", "person 7 is in the gallery"),
            ("gallery/x_1.jpg", "its name does not begin with a person's number and '_'"),
            ("gallery/12.jpg", "its name does not begin with a person's number and '_'"),
        ])
    func errors(file: String, reason: String) throws {
        try withSet(Self.files + [file]) { folder in
            let error = #expect(throws: FaceDataError.self) {
                _ = try TemplateSet.open(images: folder, pairs: "")
            }
            let text = error?.description ?? ""
            #expect(text.contains(file) && text.contains(reason), "\(text)")
        }
    }

    @Test("Folders without images are no set")
    func empty() throws {
        try withSet([]) { folder in
            #expect(throws: FaceDataError.self) {
                _ = try TemplateSet.open(images: folder, pairs: "")
            }
        }
    }
}
