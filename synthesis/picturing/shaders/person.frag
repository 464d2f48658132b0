#version 330
// Cloth, skin, hair and hard things under a sky, a ground and one key light.
uniform vec3 base;              // linear albedo
uniform vec3 second;
uniform int pattern;            // index into synthesis.look.PATTERNS
uniform float pattern_scale;    // repeats per metre
uniform vec3 pattern_shift;
uniform float cloth_layer;      // of `cloths`; negative: no cloth
uniform float cloth_scale;      // repeats per metre
uniform float cloth_depth;      // how much of the photographed shading is kept, 0..1
uniform float print_layer;      // of `prints`
uniform vec3 crease_scale;      // of `folds`, repeats per metre along x, y, z
uniform float crease_depth;
uniform float quilting;         // stitched channels per metre; 0: none
uniform float placket;           // half width of a front closure in metres; 0: none
uniform float fade;              // how washed out the thighs of jeans are
uniform float gloss;
uniform float shine;            // exponent of the highlight
uniform float fuzz;             // light scattered by fibres at grazing angles
uniform vec3 eye;
uniform vec3 sky;
uniform vec3 ground;
uniform vec3 key;               // colour of the key light
uniform vec3 key_from;          // unit vector towards it
uniform vec3 fill;
uniform vec3 fill_from;
uniform float shadow_spread;    // in shadow map widths: 0.002 sun, 0.03 overcast
uniform float exposure;
uniform sampler2DArray cloths;
uniform sampler2DArray prints;
uniform sampler3D folds;
uniform sampler2DShadow shadow_map;

in vec3 v_world;
in vec3 v_normal;
in vec3 v_grain;
in vec3 v_facing;
in vec3 v_tint;
in vec2 v_cut;
in vec4 v_shadow;
out vec4 colour;

const vec2 DISC[8] = vec2[8](vec2(-0.7, -0.3), vec2(0.2, -0.8), vec2(0.8, -0.1), vec2(0.4, 0.6),
                             vec2(-0.4, 0.8), vec2(-0.1, 0.1), vec2(0.95, 0.5), vec2(-0.9, 0.4));

float cloth_at(vec2 at) { return texture(cloths, vec3(at * cloth_scale, cloth_layer)).r; }

float lit(vec3 n) {
    vec3 at = v_shadow.xyz * 0.5 + 0.5;
    float sum = 0.0;
    float bias = 0.004 + shadow_spread * 0.15;
    for (int k = 0; k < 8; k++) sum += texture(shadow_map, vec3(at.xy + DISC[k] * shadow_spread, at.z - bias));
    return sum / 8.0;
}

vec3 albedo(vec3 p, float side) {
    vec3 q = p + pattern_shift;
    float front = step(0.0, v_facing.z);
    if (pattern == 1) return mix(base, second, smoothstep(0.46, 0.54, abs(fract(q.y * pattern_scale) * 2.0 - 1.0)));
    if (pattern == 2) {
        float a = step(0.62, fract(q.x * pattern_scale)) , b = step(0.62, fract(q.y * pattern_scale));
        float thin = step(0.92, fract(q.y * pattern_scale + 0.3)) + step(0.92, fract(q.x * pattern_scale + 0.3));
        return mix(base, second, clamp(0.42 * (a + b) + 0.3 * thin, 0.0, 1.0));
    }
    if (pattern == 3) return mix(base, second, smoothstep(0.42, 0.58, texture(prints, vec3(mix(q.xy, q.zy, side) * pattern_scale, print_layer)).r));
    if (pattern == 4) {
        vec2 at = (p.xy - vec2(0.0, 0.305)) / vec2(0.20, 0.16) + 0.5;
        float inside = front * step(0.0, at.x) * step(at.x, 1.0) * step(0.0, at.y) * step(at.y, 1.0);
        float ink = smoothstep(0.45, 0.55, texture(prints, vec3(at * 0.9, print_layer)).r);
        float badge = smoothstep(1.0, 0.9, length(at * 2.0 - 1.0) / 0.98);
        return mix(base, second, inside * ink * badge);
    }
    if (pattern == 5) return mix(base, second, clamp(v_cut.y >= 10.0 ? 1.0 : 0.0, 0.0, 1.0));
    if (pattern == 6) return mix(base, second, smoothstep(0.5, 0.56, texture(folds, q * 5.5).w));
    if (pattern == 7) {
        float a = texture(folds, q * vec3(1.6, 2.4, 1.6)).w, b = texture(folds, q.zyx * vec3(1.9, 2.6, 1.9) + 0.37).w;
        vec3 c = mix(base, second, smoothstep(0.49, 0.52, a));
        c = mix(c, base * 0.35, smoothstep(0.56, 0.58, b));
        return mix(c, mix(base, vec3(0.35, 0.3, 0.2), 0.6), smoothstep(0.56, 0.58, 1.0 - b));
    }
    return base;
}

void main() {
    if (v_cut.x < 0.0) discard;
    vec3 n = normalize(v_normal);
    vec3 look = normalize(eye - v_world);
    float inside = 1.0;
    if (dot(n, look) < 0.0 && !gl_FrontFacing) { n = -n; inside = 0.35; }
    vec3 face = normalize(v_facing);
    float side = smoothstep(0.45, 0.6, abs(face.x));
    float crease = v_cut.y >= 10.0 ? v_cut.y - 10.0 : v_cut.y;

    vec4 fold = texture(folds, v_grain * crease_scale + pattern_shift);
    vec4 fine = texture(folds, v_grain.yzx * crease_scale.yzx * 2.3 + pattern_shift.zxy);
    vec3 slope = (fold.xyz - 0.5) * 2.0 + (fine.xyz - 0.5) * 0.7;
    slope *= crease_scale / max(crease_scale.x, max(crease_scale.y, crease_scale.z));
    slope *= crease_depth * (0.4 + crease);
    float hollow = 1.0 - 0.35 * crease_depth * (0.4 + crease) * smoothstep(0.5, 0.2, fold.w);
    if (quilting > 0.0) {
        float wave = fract(v_grain.y * quilting) * 2.0 - 1.0;
        slope.y -= wave * abs(wave) * 1.1;
        hollow *= 1.0 - 0.5 * pow(abs(wave), 8.0);
    }
    n = normalize(n - (slope - dot(slope, n) * n));

    vec3 surface = albedo(v_grain, side) * v_tint;
    if (cloth_layer >= 0.0) {
        float detail = mix(cloth_at(v_grain.xy + pattern_shift.xy), cloth_at(v_grain.zy + pattern_shift.zy), side);
        surface *= mix(1.0, detail * 2.0, cloth_depth);
    }

    if (cloth_layer >= 0.0) {   // stitched edges, and the closure of the front
        surface *= mix(0.72, 1.0, smoothstep(0.004, 0.012, v_cut.x));
        if (placket > 0.0 && v_facing.z > 0.0) {
            float off = abs(abs(v_grain.x - 0.004) - placket);
            surface *= mix(0.62, 1.0, smoothstep(0.001, 0.005, off));
        }
        if (fade > 0.0) {
            float thigh = exp(-pow((v_grain.y + 0.2) / 0.13, 2.0)) + 0.6 * exp(-pow((v_grain.y + 0.42) / 0.06, 2.0));
            surface = mix(surface, vec3(dot(surface, vec3(0.4))) + surface + 0.03, fade * thigh * smoothstep(0.1, 0.8, abs(face.z)));
        }
    }

    float shaded = lit(n);
    float up = 0.5 + 0.5 * n.y;
    vec3 around = mix(ground, sky, up) * (0.55 + 0.45 * mix(1.0, shaded, clamp(shadow_spread * 40.0, 0.15, 1.0)));
    float near_ground = mix(0.72, 1.0, smoothstep(0.0, 0.5, v_world.y));
    vec3 light = around * hollow * near_ground;
    light += key * max(dot(n, key_from), 0.0) * shaded;
    light += fill * max(dot(n, fill_from) * 0.8 + 0.2, 0.0);
    light *= inside;

    float graze = pow(1.0 - max(dot(n, look), 0.0), 3.0);
    vec3 bounce = reflect(-look, n);
    vec3 mirror = mix(ground, sky, smoothstep(-0.3, 0.6, bounce.y));
    float spark = pow(max(dot(bounce, key_from), 0.0), shine) * shaded;
    vec3 out_light = surface * light * (1.0 + fuzz * graze);
    out_light += gloss * inside * (mirror * (0.04 + 0.5 * graze) * hollow + key * spark * 0.25 * sqrt(shine / 20.0));
    out_light *= exposure;

    // Narkowicz's fit of the ACES filmic curve, then the sRGB transfer function.
    vec3 x = out_light * 0.8;
    vec3 film = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
    colour = vec4(mix(film * 12.92, 1.055 * pow(film, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, film)), 1.0);
}
