//! The table of the base point G ([SP 800-186 §3.2.1.4](https://doi.org/10.6028/NIST.SP.800-186)), 3 KB of flash. A test
//! makes it again.

use super::{
    super::{point::Affine, residue::Residue},
    P384,
};

#[rustfmt::skip]
pub(in super::super) static GENERATOR: [Affine<P384, 6>; 32] = [
    point([
        0x8105_c96e_0251_e61e, 0xa7d4_f18d_99e1_b0bb, 0x5b71_f6f3_dbc8_234f,
        0x4dc2_894f_01f7_d84a, 0xd513_2c90_e690_4694, 0x3c81_1b82_9299_8242,
    ], [
        0x715a_4bce_ebb8_8bc9, 0xed4f_8b37_6cd8_ae98, 0xdb89_9361_78bc_8e86,
        0x8267_c0c1_0042_bc0b, 0x1807_6217_3c2f_4a30, 0x161c_12cc_aa10_6403,
    ]),
    point([
        0x7908_667c_25d0_1d41, 0x6941_1f8e_4cfd_6b8f, 0x4394_2326_fc96_1fdf,
        0x9253_b452_8546_504a, 0xe9e4_25d7_25ce_07aa, 0xd6f8_a528_d74f_0fae,
    ], [
        0x7954_b297_81cc_9e20, 0x34e9_5e87_e1f6_93b7, 0xf8e3_a63d_88ce_81ee,
        0x7e31_a4ea_87d7_8ffa, 0x33fd_3b38_4005_2f93, 0x7bfe_3517_e814_eb2a,
    ]),
    point([
        0x69a8_488c_a396_9d42, 0x9e8d_068a_aadb_c15a, 0x386a_b095_ef91_99c4,
        0x5693_a445_0790_437e, 0x6afe_e6fb_0580_3408, 0x2f70_934c_5244_70ea,
    ], [
        0xf3d8_d409_a6ca_1027, 0x0699_4d64_4fd3_2188, 0x1007_ba0f_aa99_bb75,
        0xcd5a_ae98_a0f1_a090, 0x2ddd_856c_f54e_a17e, 0x512f_d903_f00d_72b0,
    ]),
    point([
        0x51a2_cf1c_3045_2204, 0x891d_7d8e_621c_1c67, 0x0af5_a9b4_65df_f7c2,
        0x8212_6ca4_5047_40a9, 0xbfbf_f154_3d55_ce0b, 0xa697_3d02_17eb_9702,
    ], [
        0x157c_7716_66f2_d88c, 0x9125_1e53_711d_cc22, 0xe34b_2b89_f767_c4fe,
        0xe1da_6567_b209_f221, 0x9fca_502b_08bc_f91a, 0x0537_af67_32ba_b6de,
    ]),
    point([
        0xdc58_7f70_9f30_2ba8, 0x8776_68d7_5950_eab3, 0x979b_3b11_6c82_81ab,
        0x5ebb_36ad_a824_9b24, 0x2c82_a5d6_2d6f_0c04, 0x6d6c_d374_a6b6_f87b,
    ], [
        0x2e7a_7981_15e2_20a2, 0x8243_96ad_9008_7597, 0x1f21_9610_9bcf_87e8,
        0x0b3b_c746_5c6a_da68, 0x920f_d0a4_9f1c_b1fa, 0xd478_07c1_9286_4b61,
    ]),
    point([
        0x5bce_03d7_9305_1a22, 0x6d1f_4420_285e_7b2f, 0xe736_0fe0_4fe5_fff1,
        0x9e2e_fe36_c1ba_effd, 0x3264_cbff_379e_da53, 0x9f29_9dfb_3eea_e815,
    ], [
        0xd73a_df1b_5892_2605, 0x3d75_b504_d24e_aa11, 0x4e7a_8554_e486_1d27,
        0x3316_f3b6_9dee_e5da, 0xe617_d61e_e9f5_20a6, 0x7db5_6b98_9ca3_d737,
    ]),
    point([
        0x938f_36e5_08a4_23bf, 0xfcb8_e4f3_2034_2165, 0xa1d8_3353_e398_2f0d,
        0x1d63_b6cd_e2a0_8df4, 0x084a_1f88_e89a_6d54, 0xa34a_753f_ea7e_52db,
    ], [
        0x79c9_a7fd_eccb_fc95, 0x226a_85e5_e452_6882, 0x957f_6359_1a9c_27cf,
        0x90fd_4265_122e_bff7, 0x6d59_c734_5ce4_28a5, 0x9ca8_dd30_114b_fafa,
    ]),
    point([
        0xf6cf_2294_cca6_a5a4, 0xdd76_f41f_f617_0c50, 0x94f1_2ea3_643b_19b3,
        0x8c2b_04fe_9e15_a617, 0x5431_4f07_9ca0_fc93, 0x8842_f943_ad70_4f9b,
    ], [
        0x25f9_557f_42fc_fff0, 0xed5a_d97f_b38f_0aba, 0xfb5f_df69_15de_adf4,
        0xa400_6524_ef9d_3ee2, 0xf313_601e_f6ca_4ce6, 0xfb5e_a4f8_8225_d2ee,
    ]),
    point([
        0xb8d2_4a67_a6ab_4962, 0x1ff2_00c8_65e0_4919, 0x269a_f900_1274_cb59,
        0x9f37_1978_e913_9b40, 0xf29e_91fe_460f_e65b, 0x477f_e516_21ee_e281,
    ], [
        0x0823_9219_69f7_94c0, 0x5167_dd3c_51ef_4067, 0xb4b8_dbfc_11d6_4ea9,
        0xeb25_9e9c_8594_88fe, 0xf729_72d8_17fd_0380, 0x2593_ea87_9693_28af,
    ]),
    point([
        0xa39c_15e8_07b0_b0b4, 0x104b_7e40_a870_3d41, 0x031b_04db_a3db_b5f9,
        0x8ded_2ee7_8990_e720, 0x3b99_cda3_c672_7dbf, 0x28b7_443e_79f1_8898,
    ], [
        0x0256_ebf5_fa79_a32c, 0x299c_19c3_6241_6757, 0xfb09_7011_57c9_66c1,
        0xfb25_fd27_33c1_f11b, 0xe6ca_9888_9026_fe1c, 0x54fa_967a_dad3_3921,
    ]),
    point([
        0xe60e_7117_9da8_c259, 0x84ed_fd2c_2c9f_7713, 0xd19d_6f6d_011b_4787,
        0xced9_acb4_634d_c557, 0xd7c9_c60c_c171_8535, 0xa9c1_09ee_19e1_ea96,
    ], [
        0xc818_b29f_2635_3f33, 0x431a_c5cb_c50f_5aca, 0xe6c8_804e_7279_0513,
        0xe6d7_300a_83e2_dd24, 0x6ae8_10f7_79c1_cf19, 0x1e03_cf0b_97e5_d954,
    ]),
    point([
        0x33d2_f8b1_0f56_1ecf, 0x7236_b37c_ee33_557e, 0x7421_bc7d_e998_dfe9,
        0xa482_64fe_c5d9_5af5, 0x644c_01ff_604b_a943, 0x8a27_b018_ec50_a0d6,
    ], [
        0x92fd_9ff3_d26f_0af3, 0xe67f_c269_a243_6b74, 0x0e4c_0ec0_4813_bfae,
        0x16aa_7b11_97ce_d818, 0x8c7d_c826_e91e_43df, 0x2054_ef3c_4b50_25fe,
    ]),
    point([
        0x7cf8_81f0_5aa5_dd5b, 0x1933_be20_8acd_0512, 0xfc4a_883c_b87b_12dc,
        0x2cc7_6680_fdb6_a1bf, 0x9e75_e660_1ecb_f88e, 0x891a_cd63_6826_e31a,
    ], [
        0x74d3_a606_e940_e91e, 0x14a4_2512_042e_6be0, 0x3ef9_a1a4_8fd9_5c9b,
        0xa503_36fc_3377_1dd9, 0xba6b_becf_f329_faad, 0x530e_78b6_7ad2_d4e2,
    ]),
    point([
        0xb60d_ff39_65c8_e083, 0xae78_6f2a_bb0f_b9f0, 0x830a_811a_1fbb_102c,
        0xb995_e02a_94c1_57bf, 0x7d07_efdb_53a6_e0dc, 0x5f0e_8ea4_66d6_337b,
    ], [
        0x3406_8a0d_3c3e_5029, 0xade8_3d00_578e_7bed, 0x7923_52f7_f7e1_c602,
        0x6037_6122_15f7_0b7a, 0xa776_5869_c8d8_321e, 0x708c_30ea_7627_3993,
    ]),
    point([
        0xaec1_3597_0269_9795, 0x0a36_3402_1fc1_1b27, 0xfe8b_d5bf_9a29_4c81,
        0x2eef_2fa1_4afe_c28b, 0x04be_3837_9260_b7ee, 0x7358_768f_4cac_7e5c,
    ], [
        0x3e3a_bada_7f7b_96bb, 0xe5c3_9be8_ad33_0158, 0x55c4_74f4_88c6_d2a5,
        0x427f_cd5f_1ff8_5d04, 0x0e58_c293_90f2_0e37, 0x279a_de30_0f66_8fc9,
    ]),
    point([
        0xa927_7516_74be_d419, 0xa177_87ab_7cdf_3a12, 0xe0f4_df8a_38fc_2dd1,
        0x943b_e2df_9253_6409, 0x5094_81d8_9c11_a97b, 0x6541_f6fa_435e_0a97,
    ], [
        0x1630_37c4_f8b2_9896, 0x1c44_2920_44a6_aa79, 0xa0eb_36d4_b405_0fe1,
        0x6cb7_5ca2_82f8_6ed2, 0x749b_afd2_e518_7712, 0xe34a_649a_4b52_9eae,
    ]),
    point([
        0x2319_3242_cd2c_eaf6, 0x2b37_aa1e_53da_67d6, 0x7f77_5d79_4bb5_fda9,
        0xe716_58e3_b6c2_c628, 0xe84e_f6e3_bf87_62c4, 0xd91a_6c51_fe78_d2ed,
    ], [
        0xd44d_6940_c56d_1c53, 0x5aaf_b6fa_b3a7_8ed5, 0x489f_007d_af5a_874d,
        0x7a77_41ba_c3e5_92b3, 0x577a_31d6_967d_10a7, 0x65ff_acb3_d5ab_9f93,
    ]),
    point([
        0xb287_fb3e_6667_5fe6, 0x5268_b35b_c250_0136, 0xa1fa_9f68_129d_9918,
        0x2214_d0f2_3df9_c68c, 0x758e_39be_758c_b1d9, 0x8ad4_a9d5_e6d0_5162,
    ], [
        0x274a_cb90_68a7_ed0f, 0x29d6_70fa_bfa0_8c37, 0xfd64_0d77_1d02_e2ab,
        0x1cd2_a737_1f35_d751, 0x0224_ec71_afee_1c9b, 0xb5d1_9ccd_fe56_e7b7,
    ]),
    point([
        0xe620_d909_b240_9843, 0xaf96_811d_0337_5a86, 0xedda_3927_4938_6938,
        0x8cc2_6c0f_d8f0_3c5a, 0x6b4e_0282_2d02_ab19, 0xcf7b_b700_30f7_d02f,
    ], [
        0x80d7_87b1_7337_2239, 0x0eab_5aa9_45fb_2475, 0xc850_ee6f_283c_7f68,
        0xc022_70cb_8463_a3e0, 0x9071_50dd_1af4_0b7f, 0xd3f3_8641_cd97_22ae,
    ]),
    point([
        0x0064_8445_a144_bd76, 0x3c8f_a5ac_2610_725f, 0x69c0_b503_de53_6f63,
        0x0cbd_f5dc_4869_ad12, 0x5130_a47c_df04_2d7e, 0xa01a_b51a_ba20_e3bc,
    ], [
        0xafaf_e10f_80c6_3e3b, 0xef7b_fda6_2f52_0fba, 0x55c6_39c2_5f86_f5fe,
        0xdb5b_c6a9_a6e5_c47e, 0xa444_7085_7297_22a5, 0x52ed_efd8_e682_929d,
    ]),
    point([
        0xfd6d_5645_a281_6c0a, 0xc5ea_3f3a_3492_804e, 0x8b65_eee1_a86e_72c3,
        0x4a51_1ca5_c935_971f, 0x5a02_b948_96a1_5841, 0x70d7_6001_2b21_3650,
    ], [
        0x6fa0_4d78_6533_08b7, 0xda18_4245_0d3e_619c, 0xdc9b_3750_8172_6e34,
        0xe6ce_8648_5628_b9e8, 0x2afb_a78b_4d1c_2a26, 0x2572_d622_1e9d_3c78,
    ]),
    point([
        0x4ad4_82d3_8490_7295, 0x282e_bc1e_6f4b_7080, 0x0e1f_4647_f710_87a0,
        0x8423_478d_0209_d1fa, 0x9c89_3dd5_f6e1_f18d, 0xc811_aa8b_3ad9_517d,
    ], [
        0xbc4d_ebdf_d75e_022d, 0x8bfd_f91b_d200_4c7d, 0x7837_6180_caf0_4a4d,
        0xb727_6e59_e732_5e5d, 0x8489_4802_562d_922e, 0xc955_ac20_c6c9_c0a6,
    ]),
    point([
        0x0af3_0269_9ea5_6fee, 0x9722_b89a_5c06_049f, 0x7ae5_e92c_cff9_a4a2,
        0xa413_8052_a7f9_91ad, 0xe05f_c593_c90c_3851, 0x2a90_e5f2_d9a3_affe,
    ], [
        0x3cf9_233c_f8e6_633c, 0xe8f6_30ee_23dd_4b60, 0x5096_3ed4_6df2_1fe0,
        0xacda_4e3f_92c8_9921, 0xe6df_c54d_117d_e978, 0xda46_27e4_d2f5_ab4e,
    ]),
    point([
        0xc32d_7a99_1f33_158b, 0xf584_6ea8_d36b_7f65, 0xf2f8_be04_b95d_29f2,
        0x0db2_3a43_2b6f_816a, 0x9a58_683c_cf74_cf1d, 0xa655_0eb2_adea_a37c,
    ], [
        0x42b3_fba4_4705_7b02, 0x2461_5327_f749_9483, 0xea63_27fd_31ee_6f85,
        0x2671_ac30_7a32_1a32, 0xae67_0b73_48ae_8c0a, 0x8283_0301_996a_2086,
    ]),
    point([
        0x50f1_a9bd_b5df_9327, 0x9591_e460_9a66_0ca6, 0x194b_2665_0d53_4c70,
        0xe53a_e678_19bd_542e, 0x5983_840f_e200_c2fb, 0x3c98_838a_c9be_7ff8,
    ], [
        0x9cb6_92a4_4c76_2730, 0xc9a0_ac9c_99ac_40ec, 0xe4d2_fe37_11f9_9c21,
        0x0166_3435_a8f4_0576, 0xfbd0_677f_8e75_2766, 0x8e9f_de8f_080c_3b9c,
    ]),
    point([
        0x4226_85d5_1be4_5fc3, 0x8415_f9ff_1a1a_87c1, 0x0e16_7106_53cf_8d84,
        0x8c8c_c1f0_c09e_a8f4, 0x120b_ab6e_5622_93f1, 0x5cf0_f9d0_fcfb_dac8,
    ], [
        0x106f_a677_b83d_ccaf, 0x4e1c_ef47_d666_9c00, 0xabf2_a56b_9984_a268,
        0xb553_702c_a786_fc40, 0x5f4a_fc82_4954_c3d6, 0xb299_e4c0_bb5f_687c,
    ]),
    point([
        0x072f_458d_54c8_5b88, 0xc9fc_3c1f_62e7_e269, 0x90f8_04fb_db96_df04,
        0xcef0_98d9_88b9_c9f6, 0xf3e4_0e57_8587_e62d, 0xde01_48ec_dbb0_44ef,
    ], [
        0x6934_52fd_54de_e389, 0x8650_7484_4232_7d10, 0x9b94_592b_8bea_80ee,
        0xe7dc_0199_9de6_1f9e, 0x4bc5_76ce_6a26_84aa, 0xffdf_2f58_a0b1_2761,
    ]),
    point([
        0x8803_deb7_54ee_243e, 0x2e06_59c0_acca_49ec, 0xf97b_dac6_05bc_7758,
        0x5416_f592_2758_bd5b, 0x652d_534c_21c4_7cbf, 0x50e9_836a_75aa_28d4,
    ], [
        0xed57_ddea_b670_bf38, 0xcde8_9872_1303_0c71, 0xc74e_5e3b_5885_616d,
        0x108d_27ac_346c_147b, 0x0029_3bd8_3ffe_f917, 0x8224_da88_87a8_d078,
    ]),
    point([
        0x9b8c_2de2_850e_032c, 0x1623_df5a_5e53_a08b, 0x5e75_0560_d959_c953,
        0x7602_1e22_40b4_18ba, 0x5689_434f_15d4_fdfd, 0xde66_d6c9_b1f1_55ed,
    ], [
        0x2485_4839_b3f7_9992, 0xf414_4e60_24c1_96fa, 0x3a19_42ab_de27_9d6f,
        0x7b90_62ee_bcc1_097a, 0x8514_38b3_240d_79dc, 0x19b3_ee03_c685_d691,
    ]),
    point([
        0x4791_b9a5_1fdb_21dc, 0x2007_62a0_5df3_8cf0, 0x23c6_a20f_51ed_8460,
        0x7d01_ae58_2b1f_5787, 0xc73c_4028_a017_b5e5, 0xd8d2_3762_f177_ddd6,
    ], [
        0x2ca3_f05f_6502_f03c, 0x3019_3017_766f_96db, 0x5013_d7dc_56c9_a093,
        0xe0a4_0bee_bba1_744a, 0xdaef_1be8_9788_26e6, 0x54f8_acbb_2d19_9cec,
    ]),
    point([
        0x80f1_3023_aeb3_30a1, 0x778b_4879_5a9b_5404, 0xd4a8_0c75_0e7e_a6e1,
        0x5a92_4da6_ca60_3f7a, 0x3229_a4f7_f192_2676, 0x197c_2b48_23fb_1a8a,
    ], [
        0x1cc4_1542_629a_b902, 0xbf3e_0888_09c4_ba6a, 0xc58a_d89b_4257_a194,
        0xd8c7_49c5_ff31_b638, 0x8046_0d4e_9ff9_bfc5, 0x37f8_1aa5_cf17_7f1b,
    ]),
    point([
        0x1ae0_c4e1_1c71_8580, 0x303f_48a6_bf99_a0bf, 0xa555_1e44_91ae_219f,
        0xdc41_d9bd_55a0_5287, 0xd5aa_73e3_6872_b123, 0x6fd9_4b0c_e639_5bf6,
    ], [
        0xbb95_fdba_c00a_fbc1, 0x9cd9_6208_497c_ac10, 0x8adb_d8c1_ca51_afea,
        0x94fe_dafb_f3bc_5f5f, 0x29c0_217b_df9f_5371, 0x5c13_eb4b_d902_4634,
    ]),
];

const fn point(x: [u64; 6], y: [u64; 6]) -> Affine<P384, 6> {
    Affine { x: Residue::constant(x), y: Residue::constant(y) }
}
