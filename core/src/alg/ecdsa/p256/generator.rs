//! The table of the base point G ([SP 800-186 §3.2.1.3](https://doi.org/10.6028/NIST.SP.800-186)), 2 KB of flash. A test
//! makes it again.

use super::{
    super::{point::Affine, residue::Residue},
    P256,
};

pub(in super::super) static GENERATOR: [Affine<P256, 4>; 32] = [
    point(
        [0xfd92_a16c_0664_acba, 0x027f_ff32_edd6_c62c, 0x9571_fd85_1822_787f, 0x0a01_9d49_13e6_6be3],
        [0x5e19_d043_8cc4_cdd4, 0x4c39_38d1_2466_8654, 0x5c2d_a523_397d_0a65, 0xc3cd_bfe4_4bfd_3e6c],
    ),
    point(
        [0x21ca_b578_1331_c151, 0x4e39_9d45_0e8a_9e6a, 0xfa90_c07d_565c_8b4a, 0x694e_0e50_debb_407a],
        [0x19e4_3755_97c9_24cf, 0xae61_d18a_29c7_4abc, 0xfad4_46c7_c745_d3c9, 0xecce_c43a_efd3_0937],
    ),
    point(
        [0x6acc_a7bc_a570_6bf7, 0x31f4_1d13_8dc8_b9f8, 0xe85d_cd4b_1656_968c, 0x3364_7102_3e80_1923],
        [0xf216_599e_7847_3442, 0x44ad_4d17_5d81_5bda, 0xc8c4_e7ff_e7bd_a659, 0x7355_73b8_a6e0_36ba],
    ),
    point(
        [0x15de_fdbf_d7cd_f7a1, 0xf3d5_267c_c7b9_bc08, 0xf9ca_0ac3_8383_3379, 0x9918_81a0_1f19_1ec7],
        [0x6e6b_0e3a_1b80_117c, 0xa832_2f84_57cf_cd78, 0x8bc7_f288_cdd9_02f5, 0x77ab_6d00_6374_94c1],
    ),
    point(
        [0xecb2_05ed_9f36_e768, 0xf0c3_c855_85b3_837a, 0x1186_7501_059b_b7f6, 0x2bd2_5caf_ef05_f8e4],
        [0xafce_a22e_f666_b114, 0x5d96_2237_b2bd_b924, 0x757a_f2db_bcdf_4f96, 0x61cc_0e0f_0161_4a89],
    ),
    point(
        [0x38e5_9c15_0f64_0fad, 0xb836_ba1f_e1e6_9a2d, 0x6626_bd0b_68be_b3c0, 0xd664_fdc4_7ee5_f316],
        [0x24bc_e21a_c2bf_5ac1, 0x0b0b_e001_70e3_9842, 0xc6eb_ef5a_991f_9baa, 0xf5c0_47ae_1236_9335],
    ),
    point(
        [0x3fc1_cf43_85ee_57b9, 0x1610_e541_2e3d_82f9, 0x5e71_56e3_20a7_fda1, 0x3172_098a_143a_f0c1],
        [0xe309_73e1_7c46_7242, 0xcd57_75f9_a1b3_a55c, 0x9bd7_5c48_9cb4_51a2, 0x8b9c_9f27_3cc5_7c86],
    ),
    point(
        [0xaf6e_c5dd_a090_6a93, 0xfc9a_2617_b85d_48f4, 0x610c_235c_a13f_d5fd, 0x0f7b_ba60_514d_546e],
        [0xa4c8_10d1_5bf1_7765, 0xe0d4_4476_f84f_da52, 0x0667_1af6_79aa_92b4, 0x41f6_dec1_4d5c_c38d],
    ),
    point(
        [0x6658_63da_38a4_956b, 0xf57c_ac05_b0c9_591e, 0x4ba3_603e_699b_644e, 0xc20b_ac66_2306_1c9f],
        [0x2abb_9023_7363_9f4c, 0xc61e_3f6a_f19b_d394, 0x04fc_d67a_fa0e_bf75, 0x5575_0f95_803e_75db],
    ),
    point(
        [0x74cf_66a8_811d_6c76, 0xa920_a20d_033a_fe0b, 0x77cf_cc7d_a359_1b99, 0x64dc_49b3_67b7_21c8],
        [0x3d2d_0339_9b38_84fa, 0x3565_22ba_345d_36ec, 0xa56d_a355_3e64_45f3, 0x6429_5438_1aaa_9c93],
    ),
    point(
        [0x9732_b5ee_e9b0_4975, 0xdef6_2766_eca4_ea63, 0xce2d_25a3_c3cc_6b03, 0x55e3_c259_5ca8_544b],
        [0xcb7b_057c_adbf_5e54, 0xa560_d5d6_ce44_f15a, 0x0b4e_4fe4_6e81_1498, 0xfd24_1930_f623_601a],
    ),
    point(
        [0x1146_a656_e1cf_1ee0, 0x7937_f944_a143_d962, 0xcf93_0c93_c4c4_e9ef, 0x35be_04ce_631c_d689],
        [0x9bd4_cea2_a30a_f57b, 0xcd84_cd02_b1c4_930f, 0x5e60_6beb_51fb_59a1, 0x57f9_f722_5b25_ec54],
    ),
    point(
        [0x821e_44b0_fd06_7189, 0xacd0_fdb3_04c3_5b63, 0x7674_1d3b_845a_0ddc, 0x3a63_7c0e_587a_18e6],
        [0xcfe4_7367_516d_4c58, 0x0cd8_8172_c711_49fd, 0x1fcd_33b9_a129_3ea3, 0x7a35_ae9f_2221_909a],
    ),
    point(
        [0xdccf_e4ac_be6e_bc56, 0x4234_0e3b_8ede_f80c, 0x2d11_9007_5aa0_7930, 0xab36_048e_13c5_d038],
        [0x72e6_42f6_5fba_58b1, 0x4579_c883_88e8_c26e, 0xc02a_828d_8a35_f4da, 0xdfae_02b2_bc02_b4f2],
    ),
    point(
        [0x7ca7_4f2f_7f68_bdd1, 0xd55d_8042_9a82_9344, 0x1474_a4cb_d26f_b1bc, 0xf8be_72a1_e7ec_1a0c],
        [0x73e8_5322_3eac_9fc1, 0x5911_61d7_6f76_2e90, 0x9d25_aa89_4acf_ec1a, 0x04e0_d9e5_9099_4dc6],
    ),
    point(
        [0xa5c2_e2c3_06bb_88d3, 0x6974_dbf2_3c37_db15, 0x5df1_f87b_b889_6853, 0x6be6_00de_efec_4eb8],
        [0x7ac9_1e47_7246_9f14, 0x41ba_10b5_c813_9a3b, 0xdaae_3665_a0e7_2ec5, 0xea0e_d0e9_02be_358f],
    ),
    point(
        [0x6398_c2b5_5a53_321c, 0xa70f_e391_0920_01a2, 0xcb4c_2947_d880_2fe2, 0x3c51_d45a_0c1c_f0af],
        [0x6ca8_3d78_a7c3_fd9e, 0x668f_c622_aa85_2602, 0x14b0_af81_dbba_d990, 0x1b00_1197_8ff8_8dc9],
    ),
    point(
        [0x2532_8c46_da00_e0b3, 0xc8d6_4e02_4101_6756, 0xc409_b717_ae22_275b, 0xc17a_5c4a_0448_60d8],
        [0xe1b4_7e4a_b12b_302d, 0x2b7d_51fc_4065_64e1, 0x85de_76f0_ad4d_4c58, 0x5ea0_2941_e088_a4a2],
    ),
    point(
        [0x31f8_45f1_8d1b_b3b3, 0xc019_70c2_455c_3b66, 0x34a1_d196_00dd_6f5d, 0x6661_9ca5_bd01_96e2],
        [0x6cba_36e6_2ab1_48c8, 0x3390_b648_3760_752a, 0xaac8_f61c_36d2_dc69, 0x5d3f_db4c_4bdb_aa83],
    ),
    point(
        [0x7835_e7c2_3202_ba4d, 0x81e9_8563_3a1a_23cf, 0xc3f6_84ce_4075_3a42, 0x3a3e_addb_e116_22a2],
        [0xa4e7_17cc_8f81_93ef, 0xfc25_daae_651d_f367, 0x7ab7_404c_077e_7463, 0x79e7_b5ae_cc63_887d],
    ),
    point(
        [0x62a3_d600_ccf4_7afd, 0xef8d_4beb_1934_1a6c, 0x7666_ed3c_7f58_4af8, 0x77f9_a2bd_8761_4960],
        [0x6452_bcd1_a7c5_f4e2, 0x28c4_7666_a638_aee7, 0x822f_8b57_bebf_ace7, 0xca1c_2198_497f_2509],
    ),
    point(
        [0x2166_8013_ab27_6795, 0x3d4f_51fd_f66d_a853, 0x298c_21e4_d496_8b25, 0x7bd0_8fd0_009d_86e2],
        [0x0e68_b0ae_8368_cd52, 0x5adb_8e4c_c28f_366c, 0x2b09_107b_45e9_1a00, 0x710a_8d48_09a6_a14c],
    ),
    point(
        [0x039f_159e_4ae9_f8f8, 0xbcb8_d7d2_11ae_0c0f, 0x441a_985f_c2a7_aa6a, 0x00e6_837c_c227_12f9],
        [0x2770_564f_92ff_e467, 0x7be7_a989_5229_fe32, 0xe3c2_f485_28b5_f7c4, 0x60a9_d1aa_2f85_948b],
    ),
    point(
        [0x617c_d763_beef_b4f3, 0x26b1_36be_6890_818a, 0x0960_49d0_d6fd_c497, 0xb92d_afd0_3b14_3eee],
        [0x3dd5_8d4c_0c16_a11d, 0x71d0_9155_57d9_6611, 0x2d71_7a33_449d_469f, 0xae67_225b_14f1_425b],
    ),
    point(
        [0xc91c_3a19_d5c5_fd3d, 0x7794_56f5_1b1f_cdca, 0xb9d5_5947_de6f_d5ca, 0xe220_7308_ad87_c7d9],
        [0x9a54_5b69_5e19_2385, 0x08e8_b6b3_375e_a413, 0x927b_6094_3726_c33e, 0x644c_1cee_97ad_1837],
    ),
    point(
        [0xc34a_5a61_8d75_8d83, 0xbd36_376e_5123_1f96, 0xce06_6a44_a245_24bc, 0x379a_bb43_9f5f_bb80],
        [0xcf1c_c5a7_0c12_f0e1, 0x5aec_deef_3437_f4d5, 0x88a9_1838_4c00_ceed, 0x0c6f_96ac_86ce_7b89],
    ),
    point(
        [0xd467_83a0_8933_7219, 0xa071_ef2b_b4da_494f, 0xe84e_b63b_7491_e4c4, 0x09c8_bd94_24a8_b453],
        [0xafaf_5104_3f86_63c9, 0xf3d1_3343_6f63_b861, 0x2e05_4109_9fe0_d62f, 0x0f8a_caac_3fcb_8d99],
    ),
    point(
        [0xa00f_1ac8_212f_48d4, 0x2e7f_a2b3_2375_e348, 0x7c94_299d_f62d_0d8a, 0x1959_54a7_221b_efa5],
        [0x2c32_4c13_a0dd_5c52, 0x6f07_976c_39de_5523, 0x9b71_559e_9717_b432, 0xd154_1b8e_9b6d_228a],
    ),
    point(
        [0x182f_4b72_9a39_5ddb, 0xc803_f9bc_6ae2_f96d, 0x976d_0761_7656_e088, 0x468b_eb88_b350_aaba],
        [0xfa25_4206_55bd_5f53, 0xf720_46b7_ee75_067d, 0xfa52_ef3d_2820_ee98, 0x1df6_62b6_847b_a9b1],
    ),
    point(
        [0xee6b_b69b_de32_cc14, 0x69f4_d3c9_f9fc_9533, 0x7093_ceb9_1678_2df7, 0xe995_dd88_0d11_af6d],
        [0x7351_2186_402c_5402, 0x330c_9bb8_7a00_d4a6, 0xfb45_d252_8e55_8e58, 0xc66a_aec1_b301_26eb],
    ),
    point(
        [0x99b3_2dec_59cc_4be4, 0x9cf4_9469_b86a_c974, 0x6b51_751c_20ae_1d26, 0xb26b_ed39_a997_aa99],
        [0x65ae_f67e_c362_485d, 0xc72f_4699_3324_f6e7, 0xcec3_dcd3_de88_5514, 0x70b1_9f6e_8470_24a5],
    ),
    point(
        [0xf9c5_e9de_44b0_6ed7, 0x6ce7_c4f7_4a59_7159, 0xd02e_c441_833a_ccb5, 0xf302_0599_6296_e8fc],
        [0x7df6_c5c6_c2af_be06, 0xff42_9dda_9c84_9b09, 0x4217_0166_f5dd_78d6, 0x2403_ea21_830c_388b],
    ),
];

const fn point(x: [u64; 4], y: [u64; 4]) -> Affine<P256, 4> {
    Affine { x: Residue::constant(x), y: Residue::constant(y) }
}
