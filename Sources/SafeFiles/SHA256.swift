import LibCrypto

/// SHA-256 (FIPS 180-4) with OpenSSL's libcrypto, which uses the processor's instructions for it.
public struct SHA256: Sendable {
    /// Copied on write.
    private var state = State()

    /// Starts with an empty message.
    public init() {}

    /// Appends bytes to the message.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        if !isKnownUniquelyReferenced(&state) { state = state.copy() }
        let isDone: Void? = bytes.withContiguousStorageIfAvailable {
            state.update(UnsafeRawBufferPointer($0))
        }
        if isDone == nil { Array(bytes).withUnsafeBytes { state.update($0) } }
    }

    /// The digest of the bytes so far, in hexadecimal.
    public func hexDigest() -> String {
        state.copy().finish().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The digest of some bytes, in hexadecimal.
    public static func hexDigest(of bytes: some Collection<UInt8>) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hexDigest()
    }
}

/// A context of libcrypto. Its calls fail only if memory is exhausted or the library lacks SHA-256,
/// which no caller could handle.
///
/// `@unchecked` is sound because a shared state is copied before it is changed.
private final class State: @unchecked Sendable {
    private let context: OpaquePointer

    init() {
        context = Self.checked(EVP_MD_CTX_new())
        Self.check(EVP_DigestInit_ex(context, EVP_sha256(), nil))
    }

    private init(copying other: State) {
        context = Self.checked(EVP_MD_CTX_new())
        Self.check(EVP_MD_CTX_copy_ex(context, other.context))
    }

    deinit { EVP_MD_CTX_free(context) }

    func copy() -> State { State(copying: self) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        Self.check(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    /// The digest; nothing can be added afterwards.
    func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { bytes, count in
            var length: UInt32 = 0
            Self.check(EVP_DigestFinal_ex(context, bytes.baseAddress, &length))
            count = Int(length)
        }
    }

    private static func checked(_ context: OpaquePointer?) -> OpaquePointer {
        guard let context else { preconditionFailure("libcrypto has no memory for SHA-256") }
        return context
    }

    private static func check(_ status: Int32) {
        precondition(status == 1, "libcrypto cannot compute SHA-256")
    }
}
