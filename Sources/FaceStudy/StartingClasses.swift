import FaceLosses
import Spelling
import Torch

/// The class weights that a loss begins with when its network does not begin with random weights: those of
/// the same identities, by name, and for the others new ones.
struct StartingClasses {
    /// Identities whose class weights were copied.
    private(set) var taken = 0
    /// Identities whose class weights are new.
    private(set) var new = 0
    /// Their handling, in a sentence; nil if the loss has no class weights.
    private(set) var summary: String?

    /// Gives a loss its class weights.
    ///
    /// - Parameters:
    ///   - lossName: The loss's name without parameters.
    ///   - identities: The names of the loss's classes.
    ///   - head: Class weights with names; nil if there are none.
    ///   - means: Unit rows `[n, d]` for identities by index; nil to leave theirs random.
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

    /// Copies known identities' rows; gives the mean norm of what was copied.
    ///
    /// Where one side has several rows per identity (sub-centers), the mean of theirs becomes the first
    /// of ours.
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

    /// Copies what else the same loss keeps for each class, such as a bias.
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

    /// Puts new identities' directions in the first of their rows, as long as the rows that were taken
    /// over, or as random ones are.
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
