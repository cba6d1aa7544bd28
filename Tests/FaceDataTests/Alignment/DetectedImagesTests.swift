import FaceData
import Foundation
import Testing

@Suite("Sets of photographs as sets of aligned faces")
struct DetectedImagesTests {
    private static let faces: [(String, [(x: Int, y: Int, scale: Double)])] = [
        ("ann/1.png", [(100, 80, 0.5)]), ("ann/2.png", []), ("bea/1.png", [(100, 80, 0.2)]),
        ("cleo/1.png", [(60, 60, 0.5), (140, 90, 0.5)]), ("cleo/2.png", [(90, 85, 0.6)]),
    ]

    private func set(_ folder: TemporaryFolder) throws -> LabelledImageSet {
        for (name, faces) in Self.faces {
            try folder.write(RGBImage.dots(faces, width: 200, height: 160), to: "set/\(name)")
        }
        try folder.write("no picture", to: "set/ann/3.png")
        return try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
    }

    @Test func facesAreThoseOfOneCall() throws {
        let folder = try TemporaryFolder()
        let set = try set(folder)
        let aligner = FaceAligner(FaceSearch(DotDetector()), .dlib())
        var told: [Int] = []
        let found = try DetectedImages(of: set.source, aligner, threads: 2) { told.append($0) }
        #expect(told.last == set.count)
        #expect(found.indices == [0, 4, 5])
        #expect(
            found.outcome.leftOut.mapValues { $0.map(\.path) } == [
                "none": ["ann/2.png"], "small": ["bea/1.png"],
            ])
        #expect(found.outcome.bad.map(\.path) == ["ann/3.png"])
        for (row, index) in found.indices.enumerated() {
            #expect(found.source.name(of: row) == set.source.name(of: index))
            let face = try aligner.face(of: set.source.image(index), path: "")
            #expect(try found.source.image(row) == face.image)
            #expect(face.image.width == 150 && face.count == (row == 1 ? 2 : 1))
        }
    }

    @Test func peopleWithoutAFaceGo() throws {
        let folder = try TemporaryFolder()
        let set = try set(folder)
        let found = try DetectedImages(of: set.source, FaceAligner(FaceSearch(DotDetector())))
        let fewer = set.aligned(found)
        #expect(fewer.identities == ["ann", "cleo"] && fewer.labels == [0, 1, 1])
        #expect(fewer.source.count == 3 && fewer.source.name(of: 1) == "cleo/1.png")
        #expect(try fewer.source.image(2).width == 112)
    }

    @Test func aPackHoldsTheFacesAsJPEGs() throws {
        let folder = try TemporaryFolder()
        let set = try set(folder)
        let aligner = FaceAligner(FaceSearch(DotDetector()))
        let found = try DetectedImages(of: set.source, aligner, quality: 90)
        var conversion = SetConversion(threads: 2)
        conversion.origin = aligner.identity
        let file = folder.url.appendingPathComponent("train.rec")
        #expect(try conversion.write(set.aligned(found), toPack: file).written == 3)
        let pack = try LabelledImageSet.open(file.path)
        #expect(pack.count == 3)
        for index in 0..<3 {
            let face = try aligner.face(of: set.source.image(found.indices[index]), path: "")
            #expect(
                try pack.source.bytes(of: index) == ImageEncoder.jpeg(face.image, quality: 90))
        }
    }

    @Test func alignersAreToldApart() {
        let search = FaceSearch(DotDetector())
        let all = [
            FaceAligner(search), FaceAligner(search, .dlib()),
            FaceAligner(search, .insightface(side: 224)),
            FaceAligner(FaceSearch(DotDetector(), choice: .best)),
            FaceAligner(FaceSearch(DotDetector(minWidth: 1))),
        ]
        #expect(Set(all.map(\.identity)).count == all.count)
    }
}
