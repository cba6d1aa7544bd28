// Facet's side of compare.py: finds the faces of a folder's pictures again and again, and prints how many
// pictures a second and how many faces, as one JSON object.
//
//     detection-benchmark detect|align FOLDER [THREADS [SECONDS [DETECTOR]]]
//
// Or compares the faces that are found with given landmarks:
//
//     detection-benchmark quality FOLDER LANDMARKS [DETECTOR]
import FaceData
import FaceDetection
import Foundation

/// Encoded pictures in memory, since reading files is not measured.
func encoded(_ folder: String) throws -> [[UInt8]] {
    guard case .labelled(let set) = try ImageCollection.open(folder) else { return [] }
    return try (0..<set.count).map { try set.source.bytes(of: $0) }
}

/// Adds up what threads find.
final class Sum: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0

    func add(_ number: Int) { lock.withLock { value += number } }
    var total: Int { lock.withLock { value } }
}

/// Does something with all places, on some threads; how often it found a face.
func pass(_ count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Int) -> Int {
    let sum = Sum()
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
        for index in stride(from: thread, to: count, by: threads) { sum.add(body(index)) }
    }
    return sum.total
}

func run(_ words: [String]) throws -> [String: Double] {
    let threads = words.count > 2 ? Int(words[2]) ?? 1 : 1
    let seconds = words.count > 3 ? Double(words[3]) ?? 3 : 3
    let detector = try Detectors.named(words.count > 4 ? words[4] : "mtcnn", threads: threads)
    let pictures = try encoded(words[1])
    let body: @Sendable (Int) -> Int
    if words[0] == "align" {
        let aligner = FaceAligner(FaceSearch(detector))
        body = { index in
            guard let image = try? ImageDecoder().decode(pictures[index], path: "") else {
                return 0
            }
            return (try? aligner.face(of: image, path: "")) == nil ? 0 : 1
        }
    } else {
        let images = try pictures.map { try ImageDecoder().decode($0, path: "") }
        body = { (try? detector.faces(in: images[$0]).count) ?? 0 }
    }
    let clock = ContinuousClock()
    let faces = pass(pictures.count, threads: threads, body)
    let start = clock.now
    var passes = 0
    repeat {
        _ = pass(pictures.count, threads: threads, body)
        passes += 1
    } while start.duration(to: clock.now) < .seconds(seconds)
    let rate = Double(passes * pictures.count) / (start.duration(to: clock.now) / .seconds(1))
    return ["rate": rate, "faces": Double(faces), "pictures": Double(pictures.count)]
}

/// How far the landmarks of the faces that count are from given ones.
func quality(_ words: [String]) throws -> [String: Double] {
    let search = FaceSearch(try Detectors.named(words.count > 3 ? words[3] : "mtcnn"))
    guard case .labelled(let set) = try ImageCollection.open(words[1]) else { return [:] }
    let landmarks = try LandmarkFile(URL(fileURLWithPath: words[2]))
    var distances: [Double] = []
    var shift = (x: 0.0, y: 0.0)
    var (several, otherFaces) = (0.0, 0.0)
    for index in 0..<set.count {
        let found = try search.find(in: set.source.image(index))
        guard found.verdict == .face, let points = found.face?.points?.points,
            let given = landmarks.faces(of: set.source.name(of: index)).first,
            let transform = SimilarityTransform(from: given, to: .template(side: 112))
        else { continue }
        if found.faces.count > 1 { several += 1 }
        let offsets = zip(points, given.points).map { (x: $0.x - $1.x, y: $0.y - $1.y) }
        let scale = (transform.a * transform.a + transform.b * transform.b).squareRoot()
        let distance = offsets.map { ($0.x * $0.x + $0.y * $0.y).squareRoot() * scale / 5 }
            .reduce(0, +)
        if distance > 20 { otherFaces += 1 }
        distances.append(distance)
        for offset in offsets {
            shift.x += offset.x * scale / 5
            shift.y += offset.y * scale / 5
        }
    }
    let count = Double(distances.count)
    let sorted = distances.sorted()
    return [
        "pictures": Double(set.count), "faces": count, "several": several,
        "other_faces": otherFaces,
        "mean": distances.reduce(0, +) / count, "median": sorted[sorted.count / 2],
        "percentile_95": sorted[sorted.count * 95 / 100], "shift_x": shift.x / count,
        "shift_y": shift.y / count,
    ]
}

let words = Array(CommandLine.arguments.dropFirst())
let isQuality = words.first == "quality" && words.count >= 3
guard isQuality || words.count >= 2 && ["detect", "align"].contains(words[0]) else {
    print("detection-benchmark detect|align FOLDER [THREADS [SECONDS [DETECTOR]]]")
    print("detection-benchmark quality FOLDER LANDMARKS [DETECTOR]")
    exit(2)
}
do {
    let data = try JSONSerialization.data(
        withJSONObject: try isQuality ? quality(words) : run(words), options: .sortedKeys)
    print(String(decoding: data, as: UTF8.self))
} catch {
    print("\(error)")
    exit(1)
}
