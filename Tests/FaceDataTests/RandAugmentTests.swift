import Foundation
import Testing

@testable import FaceData

/// Against what torchvision 0.28.0 makes of Pillow's images (`Fixtures/make_randaugment.py`).
@Suite("RandAugment's operations")
struct RandAugmentTests {
    /// Operation, magnitude, whether the opposite is done, and the hash of both pictures.
    private struct Row: Decodable {
        var operation: String
        var magnitude: Double
        var isOpposite: Bool
        var hash: String

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            operation = try values.decode(String.self)
            magnitude = try values.decode(Double.self)
            isOpposite = try values.decode(Bool.self)
            hash = try values.decode(String.self)
        }
    }

    private static func rows() throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/augmentation/randaugment.json")
        return try JSONDecoder().decode([Row].self, from: Data(contentsOf: file))
    }

    private static func picture(low: Int, span: Int) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<24 {
            for x in 0..<31 {
                for c in 0..<3 {
                    let value = x * 9 + y * 5 + c * 40 + x * y * (c + 1) % 17
                    pixels.append(UInt8(low + value % span))
                }
            }
        }
        return RGBImage(width: 31, height: 24, pixels: pixels)
    }

    private static let pictures = [picture(low: 0, span: 256), picture(low: 60, span: 100)]

    @Test("Every operation gives torchvision's pixels, at every magnitude and in both directions")
    func pixels() throws {
        let rows = try Self.rows()
        #expect(
            Set(rows.map(\.operation)) == Set(RandAugmentOperation.allCases.map(\.rawValue)))
        for row in rows {
            let operation = try #require(RandAugmentOperation(rawValue: row.operation))
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for picture in Self.pictures {
                var image = picture
                image.change {
                    operation.apply(
                        to: $0, magnitude: row.magnitude, isOpposite: row.isOpposite)
                }
                for byte in image.pixels { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            }
            #expect(
                String(format: "%016lx", hash) == row.hash,
                "\(row.operation), \(row.magnitude), \(row.isOpposite)")
        }
    }

    @Test("Images of any size are changed without harm")
    func sizes() {
        for (width, height) in [(1, 1), (2, 3), (1, 40), (112, 112)] {
            for operation in RandAugmentOperation.allCases {
                var image = RGBImage(
                    width: width, height: height,
                    pixels: [UInt8](repeating: 90, count: width * height * 3))
                image.change {
                    operation.apply(to: $0, magnitude: 30, isOpposite: true)
                }
                #expect(image.width == width && image.pixels.count == width * height * 3)
            }
        }
    }

    @Test("The preset is two operations, each with its own probability and magnitude")
    func preset() throws {
        let steps = try Augmentation(parsing: ["randaugment"]).steps
        #expect(steps.map(\.kind) == [.rand, .rand])
        #expect(steps.allSatisfy { $0.probability == 1 && $0.bounds == 9...9 })
        let own = try Augmentation(parsing: ["rand:p=0.5,min=2,max=12"]).steps
        #expect(own.map(\.bounds) == [2...12])
        #expect(throws: FaceDataError.self) { try Augmentation(parsing: ["rand:max=31"]) }
    }
}
