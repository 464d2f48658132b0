#version 330
// Linear blend skinning; the same shader draws the picture, the shadow map and the shadow on the ground.
uniform vec4 bones[501];        // rows of the (3, 4) skinning matrices, placed in the world
uniform mat4 projection;        // world to clip space
uniform mat4 shadow_projection; // world to the shadow map

in vec3 position;
in vec3 normal;
in vec3 grain;                  // the vertex with the arms hanging: where it lies on the cloth
in vec3 facing;                 // its normal there
in vec4 bone;
in vec4 weight;
in vec3 tint;
in vec2 cut;                    // metres inside the garment's edge; how much the cloth creases here

invariant gl_Position;         // the depth pass and the picture must agree to the bit
out vec3 v_world;
out vec3 v_normal;
out vec3 v_grain;
out vec3 v_facing;
out vec3 v_tint;
out vec2 v_cut;
out vec4 v_shadow;

void main() {
    vec4 p = vec4(position, 1.0);
    vec3 world = vec3(0.0), turned = vec3(0.0);
    for (int k = 0; k < 4; k++) {
        int row = int(bone[k] + 0.5) * 3;
        vec4 a = bones[row], b = bones[row + 1], c = bones[row + 2];
        world += weight[k] * vec3(dot(a, p), dot(b, p), dot(c, p));
        turned += weight[k] * vec3(dot(a.xyz, normal), dot(b.xyz, normal), dot(c.xyz, normal));
    }
    v_world = world;
    v_normal = turned;
    v_grain = grain;
    v_facing = facing;
    v_tint = tint;
    v_cut = cut;
    v_shadow = shadow_projection * vec4(world, 1.0);
    gl_Position = projection * vec4(world, 1.0);
}
