import FaceData
import Foundation
import Testing

/// Goldens by SciPy: `Fixtures/make_quality.py`.
@Suite struct FaceQualityTests {
    struct Golden: Decodable {
        let formula: [Int]
        let sharpness, likeness: Double
    }

    private func picture(_ a: Int, _ b: Int, _ c: Int, side: Int = 112) -> RGBImage {
        RGBImage(
            width: side, height: side,
            pixels: (0..<side * side * 3).map { index in
                let (x, y, k) = (index / 3 % side, index / 3 / side, index % 3)
                return UInt8((a * x + b * y + c * x * y / (8 + k) + 40 * k) % 256)
            })
    }

    /// The mean face of the script: the first picture, in grey.
    private func meanFace() -> [Double] {
        let small = ImageFitting.fit(picture(2, 3, 1), side: MeanFace.side)
        return (0..<MeanFace.side * MeanFace.side).map { index in
            let rgb = small.pixels[3 * index..<3 * index + 3].map(Double.init)
            return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
        }
    }

    @Test("Sharpness and likeness are SciPy's")
    func goldens() throws {
        let url = try #require(
            Bundle.module.url(
                forResource: "quality", withExtension: "json", subdirectory: "Fixtures"))
        let goldens = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
        #expect(goldens.count == 5)
        for golden in goldens {
            let (a, b, c) = (golden.formula[0], golden.formula[1], golden.formula[2])
            let quality = FaceQuality(picture(a, b, c), meanFace: meanFace())
            #expect(abs(quality.sharpness - golden.sharpness) < 1e-6 * (golden.sharpness + 1))
            #expect(abs(quality.likeness - golden.likeness) < 1e-6, "\(golden.formula)")
        }
    }

    @Test("A plain picture is blurred and no face; a small one is enlarged")
    func warnings() {
        let plain = FaceQuality(
            RGBImage(width: 80, height: 90, pixels: Array(repeating: 120, count: 80 * 90 * 3)))
        #expect(plain.sharpness < 1e-9 && plain.likeness == 0)
        let warnings = plain.warnings(inputSize: 112)
        #expect(warnings.count == 3)
        #expect(warnings[0] == "it has only 80x90 pixels and is enlarged to 112x112")
        #expect(
            warnings[1] == "it is blurred (variance of the Laplacian 0.0, below 20.0)")
        #expect(warnings[2].hasPrefix("it does not look like a face in the crop"))
        // Not symmetric, but what the network knows.
        let sharp = FaceQuality(picture(0, 5, 0), meanFace: meanFace())
        #expect(!sharp.warnings(inputSize: 112).contains { $0.contains("pixels") })
        #expect(sharp.warnings(inputSize: 113).contains { $0.contains("enlarged to 113x113") })
    }

    /// Real faces, of the folder that `FACET_DATA` names.
    private static let data = ProcessInfo.processInfo.environment["FACET_DATA"].map {
        URL(fileURLWithPath: $0)
    }

    @Test(
        "Few aligned faces are doubted, and most pictures that are not aligned",
        .enabled(if: Self.data != nil, "FACET_DATA is not set"))
    func real() throws {
        func doubted(_ folder: String) throws -> Double {
            let root = try #require(Self.data).appendingPathComponent(folder)
            let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
            let pictures = (files?.allObjects as? [URL] ?? [])
                .filter { $0.pathExtension == "jpg" }.sorted { $0.path < $1.path }
            let some = stride(from: 0, to: pictures.count, by: max(1, pictures.count / 200))
            let qualities = try some.map { FaceQuality(try ImageDecoder().decode(pictures[$0])) }
            return Double(qualities.count { !$0.warnings(inputSize: 112).isEmpty })
                / Double(qualities.count)
        }
        #expect(try doubted("lfw-aligned-112") < 0.05)
        #expect(try doubted("celeba-500-aligned-112") < 0.08)
        #expect(try doubted("alignment") > 0.6)
    }
}
