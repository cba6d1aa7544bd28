import FaceSynthesis

/// Small pictures of a few built-in identities, in memory.
public struct ToyFaces: Sendable {
    /// Number of classes (identities).
    public let identities: Int
    /// Pixels of each picture, -1 ... 1, `side` x `side` x 3.
    let pictures: [[Float]]
    /// The identity of each picture.
    public let labels: [Int]

    static let side = 32

    /// Renders the pictures.
    ///
    /// - Parameters:
    ///   - identities: Number of people; at least 2.
    ///   - images: Pictures of each; at least 2.
    ///   - seed: Determines people and pictures.
    public init(identities: Int = 8, images: Int = 30, seed: UInt64 = 1) {
        self.identities = identities
        let renderer = FaceRenderer()
        var (pictures, labels): ([[Float]], [Int]) = ([], [])
        for index in 0..<identities {
            let person = FaceIdentity(seed: seed, index: index)
            for image in 0..<images {
                let view = FaceView(seed: seed, identity: index, image: image, variation: 0.5)
                let pixels = renderer.render(identity: person, view: view, size: Self.side)
                pictures.append(pixels.map { Float($0) / 127.5 - 1 })
                labels.append(index)
            }
        }
        self.pictures = pictures
        self.labels = labels
    }
}
