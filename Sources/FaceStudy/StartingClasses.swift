import FaceLosses
import Spelling
import Torch

/// Initial class weights for a network with pretrained weights: copied for the same identities, by name,
/// and new for all others.
struct StartingClasses {
    /// Number of identities whose class weights were copied.
    private(set) var taken = 0
    /// Number of identities whose class weights are new.
    private(set) var new = 0
    /// One sentence on the initialisation; nil if the loss has no class weights.
    private(set) var summary: String?

    /// Initialises the class weights of a loss.
    ///
    /// - Parameters:
    ///   - lossName: The loss's name without parameters.
    ///   - identities: The names of the loss's classes.
    ///   - head: Class weights with names; nil if there are none.
    ///   - means: Unit rows `[n, d]` for identities by index; nil to keep random weights.
    init(
        _ loss: any FaceLoss, lossName: String, identities: [String], head: HeadFile.Content?,
        means: ((_ identities: [Int]) throws -> Tensor)?
    ) throws {
        let count = identities.count
        let weight = loss.state.first { entry in
            entry.name == "weight" && entry.tensor.rank == 2 && entry.tensor.shape[0] % count == 0
        }
        guard let weight else { return }
        let width = weight.tensor.shape[1]
        var places = [Int?](repeating: nil, count: count)
        var reason = "there is no head.safetensors with the identities' names beside the weights"
        var rows: Tensor?
        if let head, let theirs = head.tensors["weight"] {
            reason = "none of the identities has one in the head that the weights came with"
            if theirs.shape[1] == width {
                let known = Dictionary(
                    zip(head.identities, head.identities.indices), uniquingKeysWith: { a, _ in a })
                places = identities.map { known[$0] }
                rows = theirs.to(.float32)
            } else {
                reason =
                    "those beside the weights are for embeddings of length \(theirs.shape[1]), not "
                    + "\(width)"
            }
        }
        let unknown = places.indices.filter { places[$0] == nil }
        (taken, new) = (count - unknown.count, unknown.count)
        let known = rows.flatMap { rows in
            taken == 0
                ? nil
                : Self.take(
                    rows, of: head?.identities.count ?? 1, into: weight.tensor, places)
        }
        if let head, known != nil, head.loss.prefix(while: { $0 != ":" }) == lossName {
            Self.takeOthers(loss.state, head, places)
        }
        let isMean = means != nil && !unknown.isEmpty
        if let means, !unknown.isEmpty {
            Self.place(try means(unknown), unknown, in: weight.tensor, of: count, norm: known)
        }
        summary = Self.summary(taken, new, isMean: isMean, reason)
    }

    private static func summary(
        _ taken: Int, _ new: Int, isMean: Bool, _ reason: String
    ) -> String {
        let start = isMean ? "the mean of their images' embeddings" : "random weights"
        if taken == 0 { return "all class weights begin with \(start): \(reason)" }
        let all = "the class weights of \(counted(taken, "identity", "identities")) are taken over"
        return new == 0
            ? all : "\(all), and \(counted(new, "new one begins", "new ones begin")) with \(start)"
    }

    /// Copies known identities' rows, and returns the mean norm of the copied rows.
    ///
    /// Where one side has several rows per identity (sub-centers), the mean of the source rows becomes the
    /// first target row.
    private static func take(
        _ rows: Tensor, of theirs: Int, into weight: Tensor, _ places: [Int?]
    ) -> Double {
        let (width, each) = (weight.shape[1], weight.shape[0] / places.count)
        let theirEach = rows.shape[0] / theirs
        let source =
            theirEach == each
            ? rows : rows.reshaped([theirs, theirEach, width]).mean(1)
        let copied = theirEach == each ? each : 1
        let own = weight.detached().to(.float32, device: .cpu)
        var index = Array(0..<weight.shape[0])
        for (identity, place) in places.enumerated() {
            guard let place else { continue }
            for row in 0..<copied {
                index[identity * each + row] = weight.shape[0] + place * copied + row
            }
        }
        let all = Tensor.concatenated([own, source], dim: 0)
        weight.assign(all.selected(0, Tensor(index)))
        let chosen = index.filter { $0 >= weight.shape[0] }
        return all.selected(0, Tensor(chosen)).norm(1).mean().item()
    }

    /// Copies other per-class state of the same loss, such as a bias.
    private static func takeOthers(
        _ state: [StateEntry], _ head: HeadFile.Content, _ places: [Int?]
    ) {
        for entry in state where entry.name != "weight" {
            let shape = entry.tensor.shape
            guard shape.first == places.count, let theirs = head.tensors[entry.name],
                theirs.shape.first == head.identities.count,
                theirs.shape.dropFirst() == shape.dropFirst()
            else { continue }
            let own = entry.tensor.detached().to(.float32, device: .cpu)
            let index = places.enumerated().map { identity, place in
                place.map { shape[0] + $0 } ?? identity
            }
            let all = Tensor.concatenated([own, theirs.to(.float32)], dim: 0)
            entry.tensor.assign(all.selected(0, Tensor(index)))
        }
    }

    /// Sets new identities' directions in the first of their rows, scaled to the norm of the copied rows,
    /// or of random ones.
    private static func place(
        _ means: Tensor, _ identities: [Int], in weight: Tensor, of count: Int, norm: Double?
    ) {
        let each = weight.shape[0] / count
        let own = weight.detached().to(.float32, device: .cpu)
        let length = norm ?? own.norm(1).mean().item()
        var index = Array(0..<weight.shape[0])
        for (row, identity) in identities.enumerated() {
            index[identity * each] = weight.shape[0] + row
        }
        let all = Tensor.concatenated([own, means.to(.float32) * length], dim: 0)
        weight.assign(all.selected(0, Tensor(index)))
    }
}
