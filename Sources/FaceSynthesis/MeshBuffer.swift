/// The part of the face that a triangle belongs to, which decides how it is drawn and coloured.
enum FacePart: UInt32 {
    case head, ear, neck, hair, hat, frame, lens
}

/// Vertices and triangles of one picture, in memory that is reused between pictures.
final class MeshBuffer {
    private static let vertexCapacity = 16_384
    private static let triangleCapacity = 32_768

    /// Points in the head's coordinates; after ``project(_:)``, positions in the picture in samples
    /// (x, y) and depths in millimetres (z, greater is nearer).
    let points: UnsafeMutablePointer<SIMD4<Float>>
    /// Texture coordinates.
    let positions: UnsafeMutablePointer<SIMD4<Float>>
    /// Unit normal, and in `w` the distance in millimetres from the hair's edge.
    let normals: UnsafeMutablePointer<SIMD4<Float>>
    /// Three vertices and the part.
    let triangles: UnsafeMutablePointer<SIMD4<UInt32>>
    private(set) var vertexCount = 0
    private(set) var triangleCount = 0

    init() {
        points = .allocate(capacity: Self.vertexCapacity)
        positions = .allocate(capacity: Self.vertexCapacity)
        normals = .allocate(capacity: Self.vertexCapacity)
        triangles = .allocate(capacity: Self.triangleCapacity)
    }

    deinit {
        points.deallocate()
        positions.deallocate()
        normals.deallocate()
        triangles.deallocate()
    }

    func removeAll() {
        vertexCount = 0
        triangleCount = 0
    }

    /// Appends a vertex; its normal is set later. Vertices beyond the capacity are dropped.
    @inline(__always)
    func append(_ point: Vector, position: SIMD4<Float>, edge: Float = 100) {
        guard vertexCount < Self.vertexCapacity else { return }
        points[vertexCount] = SIMD4(point, 0)
        positions[vertexCount] = position
        normals[vertexCount] = SIMD4(0, 0, 1, edge)
        vertexCount += 1
    }

    /// Appends a triangle of existing vertices.
    @inline(__always)
    func append(_ a: Int, _ b: Int, _ c: Int, _ part: FacePart) {
        guard triangleCount < Self.triangleCapacity, max(a, max(b, c)) < vertexCount else { return }
        triangles[triangleCount] = SIMD4(UInt32(a), UInt32(b), UInt32(c), part.rawValue)
        triangleCount += 1
    }

    /// Joins the last `columns` × `rows` vertices into a surface and computes their normals.
    ///
    /// Normals point to the side from which columns run counter-clockwise to rows. Triangles
    /// whose corners are all farther than `beyond` outside the hair's edge are left out.
    func joinGrid(columns: Int, rows: Int, _ part: FacePart, beyond: Float = .infinity) {
        let first = vertexCount - columns * rows
        guard first >= 0, columns > 1, rows > 1 else { return }
        for row in 0..<rows {
            for column in 0..<columns {
                setNormal(first, columns, rows, column, row)
            }
        }
        for row in 0..<rows - 1 {
            for column in 0..<columns - 1 {
                let a = first + row * columns + column
                let (b, c, d) = (a + 1, a + columns + 1, a + columns)
                let edge = max(
                    max(normals[a].w, normals[b].w), max(normals[c].w, normals[d].w))
                if edge < -beyond { continue }
                append(a, b, c, part)
                append(a, c, d, part)
            }
        }
    }

    @inline(__always)
    private func setNormal(_ first: Int, _ columns: Int, _ rows: Int, _ column: Int, _ row: Int) {
        let here = first + row * columns + column
        let left = column > 0 ? here - 1 : here
        let right = column < columns - 1 ? here + 1 : here
        let below = row > 0 ? here - columns : here
        let above = row < rows - 1 ? here + columns : here
        let across = points[right].xyz - points[left].xyz
        let along = points[above].xyz - points[below].xyz
        normals[here] = SIMD4(across.cross(along).normalised, normals[here].w)
    }

    /// Rotates all vertices and normals with the head and projects them into the picture.
    func project(_ projection: Projection) {
        for index in 0..<vertexCount {
            points[index] = SIMD4(projection.position(points[index].xyz), 0)
            let normal = normals[index]
            normals[index] = SIMD4(projection.rotation(normal.xyz), normal.w)
        }
    }
}

extension SIMD4<Float> {
    /// The first three lanes.
    @inline(__always)
    var xyz: Vector { Vector(x, y, z) }
}
