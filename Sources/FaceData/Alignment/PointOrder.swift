/// An order in which a file lists the ten numbers of five points.
struct PointOrder {
    /// What the numbers are in this order; completes "they would fit as".
    let name: String
    /// Whether programs are known to write it.
    private(set) var isKnown = false
    /// Indices of the five points' x and y among the numbers.
    let positions: [(x: Int, y: Int)]

    /// The order in which points are expected.
    static let given = PointOrder("they are", .interleavedXY, parts: [0, 1, 2, 3, 4])

    /// Orders that programs are known to write, the expected one first.
    static let known: [PointOrder] = {
        let swapped = [1, 0, 2, 4, 3]
        let orders = [
            given,
            PointOrder("five x and then five y", .planarXY),
            PointOrder(
                "points with left and right swapped (left and right are as seen in the image)",
                .interleavedXY, parts: swapped),
            PointOrder("y before x", .interleavedYX),
            PointOrder("five y and then five x", .planarYX),
            PointOrder("eyes, mouth and then nose", .interleavedXY, parts: [0, 1, 3, 4, 2]),
            PointOrder("nose, eyes and then mouth", .interleavedXY, parts: [2, 0, 1, 3, 4]),
            PointOrder("mouth, nose and then eyes", .interleavedXY, parts: [3, 4, 2, 0, 1]),
            PointOrder(
                "mouth, nose and then eyes, from right to left", .interleavedXY,
                parts: [4, 3, 2, 1, 0]),
            PointOrder(
                "five x and then five y, with left and right swapped", .planarXY, parts: swapped),
            PointOrder("y before x, with left and right swapped", .interleavedYX, parts: swapped),
            PointOrder(
                "five y and then five x, with left and right swapped", .planarYX, parts: swapped),
        ]
        return orders.map { order in
            var known = order
            known.isKnown = true
            return known
        }
    }()

    /// Every order: the known ones, then all other permutations of the points in each layout of the
    /// numbers.
    static let all: [PointOrder] = {
        let seen = Set(known.map(\.key))
        return known
            + Layout.allCases.flatMap { layout in
                orders(of: [0, 1, 2, 3, 4]).map { parts in
                    let words = parts.map { Self.parts[$0] }.joined(separator: ", ")
                    return PointOrder(
                        "\(layout.rawValue) in the order \(words)", layout, parts: parts)
                }
            }.filter { !seen.contains($0.key) }
    }()

    /// The five points that ten numbers are in this order; nil for numbers that are not finite.
    func points(_ numbers: [Double], width: Double = 1, height: Double = 1) -> FacePoints? {
        FacePoints(positions.map { .init(numbers[$0.x] * width, numbers[$0.y] * height) })
    }

    /// The parts of a face in the order in which points are expected.
    static let parts = [
        "left eye", "right eye", "nose", "left mouth corner", "right mouth corner",
    ]

    /// How ten numbers become five points.
    private enum Layout: String, CaseIterable {
        case interleavedXY = "points"
        case interleavedYX = "points with y before x"
        case planarXY = "five x and then five y"
        case planarYX = "five y and then five x"

        /// Indices of the x and y of one of the file's points.
        func position(of index: Int) -> (x: Int, y: Int) {
            switch self {
            case .interleavedXY: (2 * index, 2 * index + 1)
            case .interleavedYX: (2 * index + 1, 2 * index)
            case .planarXY: (index, index + 5)
            case .planarYX: (index + 5, index)
            }
        }
    }

    /// - Parameter parts: The part of a face that each of the file's points is, as an index into
    ///   ``parts``.
    private init(_ name: String, _ layout: Layout, parts: [Int] = [0, 1, 2, 3, 4]) {
        self.name = name
        positions = (0..<5).map { part in layout.position(of: parts.firstIndex(of: part) ?? part) }
    }

    private var key: [Int] { positions.flatMap { [$0.x, $0.y] } }

    private static func orders(of items: [Int]) -> [[Int]] {
        guard let first = items.first else { return [[]] }
        return orders(of: Array(items.dropFirst())).flatMap { rest in
            (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
        }
    }
}
