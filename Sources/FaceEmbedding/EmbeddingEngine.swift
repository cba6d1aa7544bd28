/// Another program than LibTorch that computes a network of Facet's.
public protocol EmbeddingEngine: Sendable {
    /// Its name, by which embeddings that were begun with it are known.
    var name: String { get }

    /// A network computed by the engine; all else that is known about it stays.
    ///
    /// - Parameters:
    ///   - network: A network that LibTorch computes, of a file that is not a program of its own.
    ///   - options: How it is run.
    /// - Throws: What keeps the engine from computing it, or what it computes otherwise.
    func replacing(
        _ network: EmbeddingNetwork, _ options: EmbeddingOptions
    ) throws -> EmbeddingNetwork
}
