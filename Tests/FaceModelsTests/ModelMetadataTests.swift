import FaceModels
import Testing

@Suite("What a model's metadata says of its input")
struct ModelMetadataTests {
    @Test(
        "One number or three, and nothing else",
        arguments: [
            ("127.5", [127.5]), (" 1 , 2,3 ", [1, 2, 3]), ("1,2", nil), ("1,2,3,4", nil), ("", nil),
            ("x", nil), ("nan", nil), ("1,inf,2", nil), ("1,,2", nil), (nil, nil),
        ] as [(String?, [Double]?)])
    func numbers(_ text: String?, _ expected: [Double]?) {
        #expect(ModelMetadata.numbers(text) == expected)
    }

    @Test("A normalisation is known where all three strings are sound")
    func normalization() {
        let strings = ["mean": "127.5", "deviation": "128", "color_order": "BGR"]
        #expect(
            ModelMetadata.normalization(strings)
                == InputNormalization(mean: 127.5, standardDeviation: 128, order: .bgr))
        for (key, value) in [
            ("mean", "-1"), ("mean", "1,2,3"), ("deviation", "0"), ("color_order", "GBR"),
        ] {
            #expect(ModelMetadata.normalization(strings.merging([key: value]) { $1 }) == nil)
            #expect(ModelMetadata.normalization(strings.filter { $0.key != key }) == nil)
        }
    }

    @Test("A mean face is a square of bytes in base64")
    func meanFace() {
        let face = (0..<28 * 28).map { UInt8($0 % 256) }
        #expect(ModelMetadata.meanFace(ModelMetadata.text(ofMeanFace: face)) == face)
        #expect(ModelMetadata.meanFace(nil) == nil)
        for bytes in [27 * 28, 65 * 65, 0] {
            let text = ModelMetadata.text(ofMeanFace: [UInt8](repeating: 1, count: bytes))
            #expect(ModelMetadata.meanFace(text) == nil)
        }
    }
}
